// The doorbell. Messages carry kinds and ids only: whoever shows them asks the server again, by htmx.
import { word } from "./store.js";
import { toast } from "./toasts.js";

const KINDS = [
  "ticket-new", "ticket-changed", "sla-alarm", "major", "pingpong", "group-invited", "assigned", "called", "call", "resync",
];
const QUIET = 400;
const POLL = 10_000;
let source = null;
let poller = null;
let url = "";
let wait = 1000;
const waiting = new WeakMap();

function ring(element) {
  const state = waiting.get(element) ?? { last: 0, timer: 0 };
  waiting.set(element, state);
  if (state.timer) return;
  const pause = Math.max(0, state.last + QUIET - performance.now());
  state.timer = setTimeout(() => {
    state.timer = 0;
    state.last = performance.now();
    if (element.isConnected) window.htmx?.trigger(element, "live");
  }, pause);
}

function tell(kind, data) {
  document.dispatchEvent(new CustomEvent("desk:live", { detail: { kind, ...data } }));
  if (kind === "assigned" || kind === "called") {
    toast({ text: `${word(kind)} ${data.number}`, tone: "warn", href: `/desk/tickets/${data.number}/` });
  }
  for (const element of document.querySelectorAll("[data-live]")) {
    const wanted = element.dataset.live.split(" ");
    const mine = !element.dataset.liveId || element.dataset.liveId === String(data.id ?? "");
    if (mine && (wanted.includes(kind) || wanted.includes("*"))) ring(element);
  }
}

function all() {
  for (const element of document.querySelectorAll("[data-live]")) ring(element);
}

function show(state) {
  for (const sign of document.querySelectorAll("[data-link]")) sign.dataset.link = state;
}

function receive(kind) {
  return (event) => {
    let data = {};
    try {
      data = JSON.parse(event.data || "{}");
    } catch {
      // A bell without words still rings.
    }
    if (kind === "resync") all();
    else tell(kind, data);
  };
}

function open() {
  source?.close();
  source = new EventSource(url);
  let lost = false;
  source.onopen = () => {
    wait = 1000;
    clearInterval(poller);
    poller = null;
    show("live");
    if (lost) all();
    lost = false;
  };
  source.onerror = () => {
    lost = true;
    show("lost");
    poller ??= setInterval(all, POLL);
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(open, wait);
    wait = Math.min(wait * 2, 30_000);
  };
  source.onmessage = receive("message");
  for (const kind of KINDS) source.addEventListener(kind, receive(kind));
}

export function startLive() {
  url = document.body.dataset.liveUrl ?? "";
  if (!url || !("EventSource" in window)) return;
  open();
  // The token in the address grows old; the server sends a fresh one with each pulse.
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const token = event.detail.xhr?.getResponseHeader("X-Live-Token");
    if (token) url = `/live/?t=${encodeURIComponent(token)}`;
  });
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => event.persisted && open());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && source?.readyState === EventSource.CLOSED) open();
  });
}
