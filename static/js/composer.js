// Writing loses nothing: every keystroke is kept in this browser until the server has the message.
import { keep, recall, word } from "./store.js";

const name = (form) => `draft.${form.dataset.ticket}`;

function save(form) {
  const text = form.elements.text.value;
  const mode = form.elements.kind.value;
  const kept = keep(name(form), text.trim() ? JSON.stringify({ mode, text, at: Date.now() }) : null);
  const sign = form.querySelector("[data-saved]");
  if (sign) sign.textContent = text.trim() && kept ? word("draftSaved") : "";
}

function restore(form) {
  if (form.elements.text.value) return;
  let draft = null;
  try {
    draft = JSON.parse(recall(name(form)) ?? "null");
  } catch {
    keep(name(form), null);
  }
  if (!draft) return;
  form.elements.text.value = draft.text;
  form.elements.kind.value = draft.mode === "note" ? "note" : "reply";
  const sign = form.querySelector("[data-saved]");
  if (sign) sign.textContent = word("draftRestored");
}

function sizeOf(bytes) {
  const [unit, size] = bytes < 1024 * 1024 ? ["kilobyte", Math.ceil(bytes / 1024)] : ["megabyte", bytes / 1024 / 1024];
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: 1 }).format(size);
}

export function listFiles(input) {
  const box = input.closest("form")?.querySelector("[data-files]");
  if (!box) return;
  const limit = Number(input.dataset.maxBytes) || Infinity;
  const most = Number(input.dataset.maxCount) || Infinity;
  const files = [...input.files];
  const bad = files.some((file) => file.size > limit) || files.length > most;
  input.setCustomValidity(bad ? word("filesTooBig") : "");
  box.replaceChildren(
    ...files.map((file) => {
      const chip = document.createElement("span");
      chip.className = file.size > limit ? "badge badge--bad" : "badge";
      chip.textContent = `${file.name} · ${sizeOf(file.size)}`;
      return chip;
    }),
  );
  if (bad) {
    const note = document.createElement("span");
    note.className = "field__error";
    note.textContent = word("filesTooBig");
    box.append(note);
  }
}

function send(form) {
  const note = form.elements.kind.value === "note";
  const button = form.querySelector(note ? "[data-send=note]" : "[data-send=reply]");
  button?.click();
}

function wire(form) {
  if (form.dataset.wired) return;
  form.dataset.wired = "yes";
  restore(form);
  form.addEventListener("input", () => save(form));
  form.addEventListener("change", () => {
    save(form);
    if (document.activeElement?.name === "kind") form.elements.text.focus({ preventScroll: true });
  });
  form.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.preventDefault();
      send(form);
    }
  });
  form.elements.text.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const input = form.querySelector("input[type=file]");
    if (!files.length || !input) return;
    const all = new DataTransfer();
    for (const file of [...input.files, ...files]) all.items.add(file);
    input.files = all.files;
    listFiles(input);
  });
}

// A long conversation opens at its end, a short one at its beginning.
function showNewest() {
  const thread = document.getElementById("thread");
  const composer = document.getElementById("composer");
  if (!thread || location.hash || thread.offsetHeight < innerHeight * 0.7) return;
  const below = thread.getBoundingClientRect().bottom - (innerHeight - (composer?.offsetHeight ?? 0) - 24);
  if (below > 0) scrollBy({ top: below, behavior: "instant" });
}

export function startComposer() {
  const seek = () => document.querySelectorAll("form[data-composer]").forEach(wire);
  seek();
  showNewest();
  document.body.addEventListener("htmx:afterSettle", seek);
  document.body.addEventListener("composer-focus", () => document.getElementById("composer-text")?.focus());
  document.body.addEventListener("composer-sent", (event) => {
    const form = document.querySelector(`form[data-composer][data-ticket="${event.detail.ticket}"]`);
    if (!form) return;
    keep(name(form), null);
    form.reset();
    form.querySelector("[data-files]")?.replaceChildren();
    form.querySelector("[data-saved]").textContent = "";
    form.querySelector("[data-refusal]")?.replaceChildren();
    document.getElementById("thread-end")?.scrollIntoView({ block: "nearest" });
  });
  // A template goes where the cursor stands, and the first gap in it is what is typed next.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-insert]");
    const field = document.getElementById("composer-text");
    if (!button || !field) return;
    const from = field.selectionStart;
    field.setRangeText(button.dataset.insert, from, field.selectionEnd, "end");
    const gap = field.value.indexOf("…", from);
    field.focus();
    if (gap >= 0) field.setSelectionRange(gap, gap + 1);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    button.closest("details").open = false;
  });
  document.addEventListener("change", (event) => event.target.matches?.("input[type=file]") && listFiles(event.target));
}
