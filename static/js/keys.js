// Single-key shortcuts by place on the keyboard (event.code), so that a Russian layout works too.
// Elements declare them: data-key="KeyR" is pressed or, when it is a field, focused.
import { keep, recall } from "./store.js";

const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const off = () => recall("keys") === "off";

function rows() {
  return [...document.querySelectorAll("[data-row]")];
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.classList.contains("is-picked"));
  const next = all[Math.max(0, Math.min(all.length - 1, now < 0 ? 0 : now + by))];
  all.forEach((row) => row.classList.toggle("is-picked", row === next));
  document.body.dataset.picked = next.dataset.row;
  next.scrollIntoView({ block: "nearest" });
}

function openPicked() {
  const row = document.querySelector("[data-row].is-picked");
  row?.querySelector("a[href]")?.click();
  return Boolean(row);
}

function acceptPicked() {
  const row = document.querySelector("[data-row].is-picked");
  row?.querySelector("[data-accept]")?.click();
  return Boolean(row);
}

const LIST = { KeyJ: () => step(1), KeyK: () => step(-1), KeyO: openPicked, Enter: openPicked, KeyA: acceptPicked };

function declared(code) {
  const all = [...document.querySelectorAll(`[data-key="${code}"]`)];
  return all.find((element) => element.checkVisibility?.() ?? element.offsetParent !== null);
}

function act(element) {
  if (element.matches("input[type=radio]")) {
    element.click();
    element.form?.elements.text?.focus();
  } else if (element.matches("input, textarea, select")) element.focus();
  else element.click();
}

function sheet() {
  const box = document.getElementById("cheat");
  if (!box || box.open) return box?.close();
  for (const line of box.querySelectorAll("[data-for]")) line.hidden = !declared(line.dataset.for);
  for (const line of box.querySelectorAll("[data-for-list]")) line.hidden = !rows().length;
  box.querySelector("[data-keys-switch]").checked = !off();
  return box.showModal();
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const question = event.key === "?" || (event.code === "Slash" && event.shiftKey) || (event.code === "Digit7" && event.shiftKey && event.key === "?");
  if (question) return sheet();
  if (off() || event.shiftKey || document.querySelector("dialog[open]")) return;
  if (event.code === "Enter" && event.target.closest?.("a, button, summary")) return;
  const element = declared(event.code);
  if (element) {
    event.preventDefault();
    act(element);
  } else if (LIST[event.code]?.() !== false && rows().length && LIST[event.code]) event.preventDefault();
}

export function startKeys() {
  const mark = () => document.documentElement.classList.toggle("keys-off", off());
  mark();
  document.addEventListener("keydown", press);
  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("[data-keys-switch]")) return;
    keep("keys", event.target.checked ? null : "off");
    mark();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-cheat]")) sheet();
    if (event.target.closest?.("#cheat [data-close]")) document.getElementById("cheat").close();
  });
}
