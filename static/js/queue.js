// What changed while you looked elsewhere: new and changed rows are marked until the pointer or a key visits them.
let seen = null;

function versions(list) {
  return new Map([...list.querySelectorAll("[data-row]")].map((row) => [row.dataset.row, row.dataset.version]));
}

function markFresh(list) {
  const now = versions(list);
  if (seen) {
    for (const row of list.querySelectorAll("[data-row]")) {
      const before = seen.get(row.dataset.row);
      if (before === undefined) row.classList.add("is-new");
      else if (before !== row.dataset.version) row.classList.add("is-changed");
    }
  }
  seen = now;
  const picked = document.body.dataset.picked;
  if (picked) list.querySelector(`[data-row="${CSS.escape(picked)}"]`)?.classList.add("is-picked");
}

export function startQueue() {
  const list = () => document.querySelector("[data-queue]");
  if (list()) seen = versions(list());
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const current = list();
    if (current && (event.detail.target === current || event.detail.target.contains?.(current))) markFresh(current);
  });
  // A new filter or page is not news.
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const trigger = event.detail.requestConfig?.triggeringEvent?.type;
    if (event.detail.target?.matches?.("[data-queue]") && trigger !== "live") seen = null;
  });
}
