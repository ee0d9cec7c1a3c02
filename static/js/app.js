// Entry of every page. Each module looks for its own elements and stays quiet where there are none.
import { startAlarm } from "./alarm.js";
import { startComposer } from "./composer.js";
import { startCountdown } from "./countdown.js";
import { startDialog } from "./dialog.js";
import { startForms } from "./forms.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startQueue } from "./queue.js";
import { startRisks } from "./risks.js";
import { startTheme } from "./theme.js";
import { startToasts } from "./toasts.js";

function begin(start) {
  // One broken corner must not silence the alarm.
  try {
    start();
  } catch (error) {
    console.error(start.name, error);
  }
}

document.documentElement.classList.add("has-js");
for (const start of [
  startToasts, startTheme, startCountdown, startDialog, startForms, startComposer, startQueue, startRisks, startLive, startAlarm,
]) begin(start);

// htmx takes hold of links and forms in this event, before this listener: a key pressed earlier would leave the page.
document.addEventListener("DOMContentLoaded", () => {
  begin(startKeys);
  document.documentElement.dataset.ready = "yes";
});
