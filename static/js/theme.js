// The theme changes at once; the form behind the buttons remembers it on the account.
export function startTheme() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-set]");
    if (!button) return;
    const theme = button.dataset.themeSet;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const other of document.querySelectorAll("[data-theme-set]")) {
      other.setAttribute("aria-pressed", String(other.dataset.themeSet === theme));
    }
  });
}
