// Short messages in the corner. Good news leaves by itself, refusals stay until read.
import { word } from "./store.js";

const STAY = { good: 5000, info: 7000, warn: 12_000 };

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${document.body.dataset.sprite}#${name}`);
  svg.append(use);
  return svg;
}

export function toast({ text, tone = "info", href = "" }) {
  const region = document.getElementById("toasts");
  if (!region || !text) return;
  // What is said already need not be said again: the page asks every few seconds whether the server is back.
  if ([...region.querySelectorAll(".toast__text")].some((said) => said.textContent.trim() === text)) return;
  const box = document.createElement("div");
  box.className = `toast toast--${tone}`;
  box.setAttribute("role", tone === "bad" ? "alert" : "status");
  const words = document.createElement(href ? "a" : "div");
  words.className = "toast__text";
  if (href) words.href = href;
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "toast__close";
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", word("close"));
  close.append(icon("x"));
  box.append(icon({ good: "check-circle", warn: "alert", bad: "alert" }[tone] ?? "info"), words, close);
  region.prepend(box);
  leave(box, tone);
}

function leave(box, tone) {
  if (STAY[tone]) setTimeout(() => box.remove(), STAY[tone]);
}

export function startToasts() {
  document.addEventListener("click", (event) => event.target.closest?.("[data-toast-close]")?.closest(".toast")?.remove());
  document.body.addEventListener("toast", (event) => toast(event.detail));
  // An answer that is an error may be shown only where the server says so; a whole error page never lands in a corner.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status < 400) return;
    const placed = xhr.getResponseHeader("HX-Retarget") || xhr.status === 422;
    event.detail.shouldSwap = Boolean(placed);
    event.detail.isError = !placed;
    if (!placed) toast({ text: word(xhr.status === 404 ? "gone" : "failed"), tone: "bad" });
  });
  document.body.addEventListener("htmx:sendError", () => toast({ text: word("offline"), tone: "bad" }));
  for (const box of document.querySelectorAll(".toast[data-tone]")) leave(box, box.dataset.tone);
}
