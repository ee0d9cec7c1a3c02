// One <dialog> for every form that opens over the page; its content comes by htmx.
let opener = null;

export function startDialog() {
  const dialog = document.getElementById("dialog");
  if (!dialog) return;
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== dialog || !dialog.firstElementChild) return;
    if (!dialog.open) {
      opener = document.activeElement;
      dialog.showModal();
    }
    const first = dialog.querySelector("[aria-invalid=true], [autofocus], select, input:not([type=hidden]), textarea");
    first?.focus();
  });
  document.body.addEventListener("dialog-close", () => dialog.close());
  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    if (opener?.isConnected) opener.focus();
  });
  dialog.addEventListener("click", (event) => {
    const outside = event.target === dialog && !dialog.querySelector("textarea");
    if (outside || event.target.closest("[data-dialog-close]")) dialog.close();
  });
}
