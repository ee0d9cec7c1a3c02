// All clocks of the page in one loop, on the server's time.
const LEVELS = ["calm", "amber", "red", "over"];

const loadedAt = performance.now();
const servedAt = Number(document.body.dataset.now) || Date.now();

// Milliseconds since 1970 as the server counts them; a wrong clock in the operator's computer does no harm.
export function serverNow() {
  return servedAt + (performance.now() - loadedAt);
}

export function levelOf(left, amber, red) {
  if (left <= 0) return "over";
  if (left <= red) return "red";
  return left <= amber ? "amber" : "calm";
}

// 59 → 0:59, 3600 → 1:00:00, 90000 → 25:00 h is hard to read, so days and hours from two days on.
export function spell(seconds) {
  const past = seconds <= 0;
  const total = past ? Math.floor(-seconds) : Math.ceil(seconds);
  const two = (value) => String(value).padStart(2, "0");
  const [h, m, s] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60), total % 60];
  const sign = past ? "+" : "";
  if (h >= 48) return `${sign}${Math.floor(h / 24)}${document.body.dataset.day || "d"} ${h % 24}${document.body.dataset.hour || "h"}`;
  return h ? `${sign}${h}:${two(m)}:${two(s)}` : `${sign}${m}:${two(s)}`;
}

function paint(clock, now) {
  const left = (Number(clock.dataset.due) - now) / 1000;
  const face = clock.querySelector(".clock__left");
  const text = spell(left);
  if (face && face.textContent !== text) face.textContent = text;
  const level = levelOf(left, Number(clock.dataset.amber), Number(clock.dataset.red));
  if (clock.dataset.level === level) return;
  clock.dataset.level = level;
  for (const name of LEVELS) clock.classList.toggle(`clock--${name}`, name === level);
}

function tick() {
  const now = serverNow();
  for (const clock of document.querySelectorAll(".clock[data-due]")) paint(clock, now);
  document.dispatchEvent(new CustomEvent("desk:tick", { detail: { now } }));
}

export function startCountdown() {
  const loop = () => {
    tick();
    setTimeout(loop, 1000 - (serverNow() % 1000) + 5);
  };
  loop();
  document.body.addEventListener("htmx:afterSettle", tick);
}
