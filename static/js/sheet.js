// The sheet of a policy: special rows come and go, and what is not saved yet is not forgotten.
const sheet = document.querySelector("[data-sheet]");

function changed() {
  sheet.dataset.dirty = "yes";
  const said = sheet.querySelector("[data-sheet-said]");
  said.textContent = said.dataset.dirty;
  for (const form of document.querySelectorAll("[data-needs-saved]")) {
    form.querySelector("[data-unsaved]").hidden = false;
    form.querySelector("button").disabled = true;
  }
}

function add(button) {
  const box = sheet.querySelector("[data-rows]");
  const text = document.getElementById(button.dataset.addRow).innerHTML;
  const number = Number(box.dataset.next);
  box.dataset.next = number + 1;
  box.insertAdjacentHTML("beforeend", text.replaceAll("__n__", number));
  window.htmx?.process(box.lastElementChild);
  box.lastElementChild.querySelector("select").focus();
}

function tell() {
  changed();
  document.body.dispatchEvent(new CustomEvent("sheet-changed"));
}

if (sheet) {
  sheet.addEventListener("input", changed);
  sheet.addEventListener("click", (event) => {
    const adds = event.target.closest("[data-add-row]");
    const removes = event.target.closest("[data-remove-row]");
    if (adds) add(adds);
    if (removes) removes.closest("[data-special]").remove();
    if (adds || removes) tell();
  });
  sheet.addEventListener("submit", () => { sheet.dataset.dirty = ""; });
  window.addEventListener("beforeunload", (event) => sheet.dataset.dirty === "yes" && event.preventDefault());
  // A cell that a link of the preview points at may lie in a closed part.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#preview a[href^='#']");
    const cell = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!cell) return;
    const part = cell.closest("details");
    if (part) part.open = true;
    cell.focus();
    event.preventDefault();
  });
  sheet.querySelector("[aria-invalid=true]")?.focus();
}
