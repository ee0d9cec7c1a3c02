// Nobody may miss an unanswered ticket: a bar, a badge in the title and, once allowed, a sound.
import { levelOf, serverNow } from "./countdown.js";
import { keep, recall, word } from "./store.js";
import { toast } from "./toasts.js";

const URGENT_EVERY = 4000;
const TIRED_AFTER = 300; // seconds past the deadline when the sound gives up and only the colour stays
const title = document.title;
let audio = null;
let lastUrgent = 0;
let known = null;

const control = () => document.querySelector("[data-sound]");
const wanted = () => recall("sound"); // "on", "off" or null: never asked

function running() {
  return audio?.state === "running";
}

function show() {
  const box = control();
  if (!box) return;
  const state = wanted() === "off" ? "off" : wanted() === "on" && running() ? "on" : "ask";
  if (box.dataset.sound !== state) box.dataset.sound = state;
}

async function arm() {
  audio ??= new AudioContext();
  await audio.resume().catch(() => {});
  show();
}

function tone(at, frequency, length, loudness) {
  const wave = audio.createOscillator();
  const gain = audio.createGain();
  wave.frequency.value = frequency;
  wave.type = "triangle";
  gain.gain.setValueAtTime(0.0001, at);
  gain.gain.exponentialRampToValueAtTime(loudness, at + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + length);
  wave.connect(gain).connect(audio.destination);
  wave.start(at);
  wave.stop(at + length + 0.05);
}

function play(notes) {
  document.documentElement.dataset.lastSound = notes.length > 2 ? "urgent" : "chime";
  if (wanted() !== "on" || !running()) return;
  notes.forEach(([delay, frequency, length, loudness]) => tone(audio.currentTime + delay, frequency, length, loudness));
}

const chime = () => play([[0, 660, 0.35, 0.18], [0.16, 880, 0.45, 0.18]]);
const urgent = () => play([[0, 988, 0.16, 0.3], [0.2, 988, 0.16, 0.3], [0.4, 1319, 0.3, 0.3]]);

function look() {
  const bar = document.getElementById("alarm");
  if (!bar) return;
  const items = [...bar.querySelectorAll(".alarm__item[data-ticket]")];
  const now = serverNow();
  const lefts = items.map((item) => (Number(item.dataset.due) - now) / 1000);
  const red = lefts.some((left) => ["red", "over"].includes(levelOf(left, 60, 30)));
  bar.querySelector(".alarm")?.classList.toggle("is-red", red);
  const total = Number(bar.querySelector("[data-total]")?.dataset.total ?? items.length);
  const badge = total ? `(${total}) ${title}` : title;
  if (document.title !== badge) document.title = badge;
  greet(items);
  say(bar);
  const pressing = lefts.some((left) => left <= 30 && left > -TIRED_AFTER);
  if (pressing && now - lastUrgent >= URGENT_EVERY) {
    lastUrgent = now;
    urgent();
  }
}

// The shift lead hears in words what nobody has taken and what has been missed; one bell rings on several channels.
// Without a lead on shift everybody hears that it is theirs to take. Who is given a ticket hears it, whatever they do.
const told = new Set();
function call(event) {
  const { kind, id, number, clock, threshold, level, leaderless } = event.detail;
  if (kind === "assigned" || kind === "called") urgent();
  if (kind === "sla-alarm" && OWED[clock]) owed(event.detail);
  if (kind !== "sla-alarm" || !["assign", "breach"].includes(level)) return;
  const orphan = leaderless && level === "assign";
  if (!document.body.dataset.leads && !orphan) return;
  const key = `${id}/${clock}/${threshold}`;
  if (told.has(key)) return;
  told.add(key);
  const text = `${number}: ${word(orphan ? "orphan" : level === "assign" ? "assign" : "missed")}`;
  const shift = level === "assign" && document.body.dataset.leads;
  toast({ text, tone: "warn", href: shift ? "/desk/shift/" : `/desk/tickets/${number}/` });
}

// What the desk owes itself (a review, an article, the reason of a bypass) is said quietly, once, when it is overdue.
const OWED = { BR: "owedReview", KBD: "owedArticle", BYP: "owedReason" };
function owed({ id, number, clock, threshold }) {
  const key = `${id}/${clock}/${threshold}`;
  if (threshold < 100 || !document.body.dataset.leads || told.has(key)) return;
  told.add(key);
  toast({ text: `${number}: ${word(OWED[clock])}`, tone: "info", href: `/desk/tickets/${number}/` });
}

function say(bar) {
  const box = document.getElementById("alarm-said");
  const text = bar.querySelector("[data-said]")?.dataset.said ?? "";
  if (box && box.textContent !== text) box.textContent = text;
}

// A soft chime once for each ticket this page has not seen.
function greet(items) {
  const ids = new Set(items.map((item) => item.dataset.ticket));
  const fresh = known === null ? ids.size > 0 : [...ids].some((id) => !known.has(id));
  if (fresh) chime();
  if (known !== null || document.querySelector("#alarm[data-loaded]")) known = ids;
}

function press(event) {
  const button = event.target.closest("[data-sound-do]");
  if (!button) return;
  const on = button.dataset.soundDo === "on";
  keep("sound", on ? "on" : "off");
  if (on) arm().then(chime);
  show();
}

export function startAlarm() {
  if (!control()) return;
  document.addEventListener("click", press);
  // Browsers let a page sound only after its person has touched it.
  const wake = () => wanted() === "on" && !running() && arm();
  document.addEventListener("pointerdown", wake);
  document.addEventListener("keydown", wake);
  if (wanted() === "on") arm();
  document.addEventListener("desk:tick", look);
  document.addEventListener("desk:live", call);
  document.body.addEventListener("htmx:afterSettle", (event) => {
    const bar = document.getElementById("alarm");
    if (bar && (event.target === bar || bar.contains(event.target))) look();
  });
  show();
}
