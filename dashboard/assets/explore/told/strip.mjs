/** The strip: what trains now, how far it is and how fast, what failed, and the connection. */

import { at } from "../../base/elements.mjs";
import { count, duration, fixed, write } from "../../base/format.mjs";
import { connection } from "../../live/rest.mjs";

export class Strip {
  #allowed = false; // whether who asks may pause what is shown
  /** @type {?Activity} as shown last */
  #activity = null;

  /** @param {(paused: boolean) => void} pause asks the server to pause, or to resume */
  constructor(pause) {
    at("pause").addEventListener("click", () => pause(at("pause").dataset.paused !== "true"));
  }

  /** Whether he may pause what is shown. @param {boolean} allowed */
  allow(allowed) {
    this.#allowed = allowed;
    this.#offer();
  }

  #offer() {
    at("pause").hidden = !this.#allowed || !this.#activity || this.#activity.progress.ended;
  }

  /** Rows of a table of others: nothing of them is trained. @param {string} source where they come from */
  rest(source) {
    this.show(null);
    write(at("job-now"), `no jobs: ${source}`);
    at("job-now").title = source;
  }

  /** @param {?Activity} activity null: nothing is known yet */
  show(activity) {
    this.#activity = activity;
    this.#offer();
    const ids = ["job-now", "job-progress", "job-rate", "job-failure"];
    if (!activity) {
      for (const id of ids) write(at(id), "");
      at("job-track").hidden = true;
      at("job-dot").dataset.job = "none";
      return;
    }
    const { progress, paused, running, last_failure: failure } = activity;
    const ended = progress.done + progress.failed;
    at("job-dot").dataset.job = paused ? "paused" : running.length ? "running" : "none";
    write(at("job-now"), this.#now(activity));
    at("job-now").title = running.map(describe).join("\n");
    at("job-track").hidden = false;
    at("job-bar").style.transform = `scaleX(${progress.total ? ended / progress.total : 0})`;
    write(at("job-progress"), `${count(ended)} / ${count(progress.total)}`);
    write(at("job-rate"), rate(progress));
    at("pause").dataset.paused = String(paused);
    write(at("pause"), paused ? "Resume" : "Pause");
    const without = { failed: progress.failed, cancelled: progress.cancelled };
    const lacking = Object.entries(without).filter(([, n]) => n)
      .map(([what, n]) => `${count(n)} ${what}`);
    const last = failure ? `last: ${failure.failure.replaceAll("_", " ")}` : "";
    write(at("job-failure"), [...lacking, last].filter(Boolean).join(", "));
    at("job-failure").title = failure?.detail ?? "";
  }

  /** @param {Activity} activity */
  #now({ progress, paused, running }) {
    if (progress.ended) return progress.complete ? "complete" : "ended";
    if (paused) return running.length ? "pausing" : "paused";
    if (!running.length) return "waiting: Queue says why";
    const [first] = running;
    const more = running.length > 1 ? `, ${count(running.length)} at once` : "";
    return `Network ${first.network_id} · epoch ${first.epoch} / ${first.epochs}${more}`;
  }

  /** @param {Connection} state */
  connection(state) {
    at("connection").dataset.live = String(state.live);
    write(at("connection"), connection(state));
  }

  /** A word to the person, for a while. */
  say(text) {
    write(at("said"), text);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => write(at("said"), ""), 4000);
  }
}

/** @param {RunningJobRead} job */
function describe({ network_id, worker, epoch, epochs, error }) {
  const now = error === null ? "" : `, error ${fixed(error, 2)} %`;
  return `network ${network_id}: epoch ${epoch} of ${epochs}${now} (${worker ?? "?"})`;
}

/** @param {ProgressRead} progress */
function rate({ ended, networks_per_minute: perMinute, seconds_left: left }) {
  if (ended || !perMinute) return "";
  const decimals = perMinute < 10 ? 1 : 0;
  const time = left === null ? "" : ` · ${duration(left)} left`;
  return `${fixed(perMinute, decimals)} networks a minute${time}`;
}
