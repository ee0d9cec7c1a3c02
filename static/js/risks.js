// Badges of a list come in one answer beside its rows. Each goes to its row, if that is still on the page: rows are
// exchanged while the answer is on its way.
export function startRisks() {
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const answer = event.detail.target;
    if (!answer?.matches?.("[data-risks]")) return;
    for (const badge of answer.querySelectorAll("[data-risk]")) {
      document.getElementById(`risk-${badge.dataset.risk}`)?.replaceChildren(...badge.childNodes);
    }
    answer.replaceChildren();
  });
}
