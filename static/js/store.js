// Small per-operator memory of this browser. Private windows may refuse it: then nothing is remembered.
const user = () => document.body.dataset.user || "0";

export function recall(name) {
  try {
    return localStorage.getItem(`desk.${user()}.${name}`);
  } catch {
    return null;
  }
}

export function keep(name, value) {
  try {
    if (value === null || value === "") localStorage.removeItem(`desk.${user()}.${name}`);
    else localStorage.setItem(`desk.${user()}.${name}`, value);
    return true;
  } catch {
    return false;
  }
}

// Sentences for scripts are written into the page, translated, as data attributes of #words.
export function word(name) {
  return document.getElementById("words")?.dataset[name] ?? "";
}
