// Help while filling in: live counters, suggestions to pick from, filters that apply themselves, copying, menus.
import { word } from "./store.js";

function count(field) {
  const box = document.getElementById(`${field.id}_count`);
  if (!box) return;
  const least = Number(field.dataset.min || field.minLength) || 0;
  const length = field.value.trim().length;
  box.textContent = least ? `${length} / ${least}` : String(length);
  box.classList.toggle("is-enough", length >= least);
}

function pick(button) {
  const box = button.closest("[data-choices]");
  box.querySelector("[data-choices-value]").value = button.dataset.value;
  const input = box.querySelector("[data-choices-input]");
  input.value = button.dataset.label;
  box.querySelector("[data-choices-list]").replaceChildren();
  input.focus();
  box.dispatchEvent(new CustomEvent("picked", { bubbles: true, detail: { value: button.dataset.value } }));
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    document.body.dispatchEvent(new CustomEvent("toast", { detail: { text: word("copied"), tone: "good" } }));
  } catch {
    // No clipboard over plain HTTP: the text can still be selected by hand.
  }
}

// The priority that the matrix of the page gives for the chosen impact and urgency.
function foretell(form) {
  const box = form.querySelector("[data-matrix]");
  if (!box || !form.elements.impact || !form.elements.urgency) return;
  const cells = JSON.parse(box.dataset.matrix);
  const found = cells[`${form.elements.impact.value}-${form.elements.urgency.value}`];
  box.textContent = found ? `P${found}` : "—";
  box.className = found ? `badge prio prio--${found}` : "badge prio";
}

function arrows(event) {
  const box = event.target.closest?.("[data-choices]");
  if (!box || !["ArrowDown", "ArrowUp", "Escape"].includes(event.key)) return;
  const list = box.querySelector("[data-choices-list]");
  const stops = [box.querySelector("[data-choices-input]"), ...list.querySelectorAll("button")];
  const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  if (event.key === "Escape" && list.children.length) {
    list.replaceChildren();
    event.stopPropagation();
  } else if (event.key !== "Escape") stops[Math.max(0, Math.min(next, stops.length - 1))].focus();
  event.preventDefault();
}

export function startForms() {
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.matches?.("textarea, input")) count(field);
    if (field.matches?.("[data-choices-input]")) field.closest("[data-choices]").querySelector("[data-choices-value]").value = "";
  });
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-apply]")) form.requestSubmit();
    if (form) foretell(form);
  });
  document.addEventListener("click", (event) => {
    const choice = event.target.closest?.("[data-choices-list] button");
    if (choice) pick(choice);
    const filler = event.target.closest?.("[data-fill]");
    if (filler) document.getElementById(filler.dataset.fill).value = filler.dataset.value;
    const copied = event.target.closest?.("[data-copy]");
    if (copied) copy(copied);
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    arrows(event);
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  });
  const fresh = () => {
    document.querySelectorAll("[id][data-min]").forEach(count);
    document.querySelectorAll("form").forEach(foretell);
  };
  fresh();
  document.body.addEventListener("htmx:afterSettle", fresh);
}
