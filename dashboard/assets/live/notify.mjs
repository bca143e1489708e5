/**
 * Notifications of the browser, if asked for: when a population of one's own is complete, is
 * decided, or more than a fifth of it has failed. They come of the one stream of events, from any
 * page of ours that is open; a click on one shows the population.
 *
 * The switch stands on Queue. Permission is asked for when it is pressed, and at no other time.
 */

import { around, at } from "../base/elements.mjs";
import { count } from "../base/format.mjs";
import { PREFIX } from "../base/shell.mjs";
import * as events from "./events.mjs";
import { maySteer, me } from "./me.mjs";
import { ask } from "./rest.mjs";

const WANTED = "netspace-notify";
const MUCH = 0.2; // of a population that fails

/**
 * What was told of a population last.
 * @typedef {{complete: boolean, muchFailed: boolean, paused: boolean}} Before
 */

/** @type {Map<number, Before>} by population */
const before = new Map();
/** @type {?(() => void)} hears no more events */
let stop = null;
let why = ""; // there are none

/** Whether the browser can: only where a page is safe, or of this machine. */
const canBe = () => "Notification" in window && window.isSecureContext;
const isWanted = () => localStorage.getItem(WANTED) === "on";
const isOn = () => canBe() && isWanted() && Notification.permission === "granted";

/** @param {Activity} activity @returns {Before} */
const now = ({ progress: { complete, failed, total }, paused }) =>
  ({ complete, muchFailed: total > 0 && failed / total > MUCH, paused });

/**
 * What has happened between two states that is worth a notification; the first one tells nothing.
 * @param {Before | undefined} was @param {Before} is
 * @returns {("complete" | "failed" | "stopped")[]}
 */
export function news(was, is) {
  if (!was) return [];
  /** @type {("complete" | "failed" | "stopped")[]} */
  const told = [];
  if (is.complete && !was.complete) told.push("complete");
  if (is.muchFailed && !was.muchFailed) told.push("failed");
  if (is.paused && !was.paused) told.push("stopped");
  return told;
}

/** @param {Activity} activity */
async function heard(activity) {
  const { population, progress } = activity;
  const is = now(activity);
  const told = news(before.get(population), is);
  before.set(population, is);
  if (!told.length) return;
  const one = await ask(`/populations/${population}?fields=name,mine`);
  if (!maySteer(one)) return;
  for (const what of told) {
    if (what === "complete") {
      say(population, what, `${one.name} is complete`, `${count(progress.done)} of ${count(progress.total)} have a result`);
    } else if (what === "failed") {
      say(population, what, `More than 20 % of ${one.name} has failed`,
        `${count(progress.failed)} of ${count(progress.total)} networks without result`);
    } else await decided(population, one.name);
  }
}

/** It was held up: by a verdict, or by somebody, who knows it. @param {number} population */
async function decided(population, name) {
  const { items } = await ask("/watches");
  const ids = (watch) => [watch.a, watch.b].map((side) => Number.parseInt(side, 10));
  const found = items.findLast((watch) => watch.outcome !== null && ids(watch).includes(population));
  if (!found) return;
  const outcome = found.outcome === "same" ? "neither is better"
    : `${found.outcome === "A" ? "the first" : "the second"} side is better`;
  say(population, `decided-${found.id}`, `Decided: ${name}`, `${outcome}; both populations are paused`);
}

/** Once, whatever the number of pages that are open. */
function say(population, what, title, body) {
  const shown = new Notification(title, { body, tag: `netspace-${population}-${what}` });
  shown.onclick = () => {
    window.focus();
    location.assign(`${PREFIX}?population=${population}`);
  };
}

function follow() {
  if (isOn() === Boolean(stop)) return;
  if (stop) {
    stop();
    stop = null;
    before.clear();
    return;
  }
  void me().catch(() => {});
  stop = events.listen({
    activity: (one) => void heard(one).catch(console.warn),
    gone: (population) => before.delete(population),
  });
}

/** The switch as things are. */
function draw() {
  const button = at("notify");
  if (!button) return;
  button.setAttribute("aria-checked", String(isOn()));
  button.disabled = !canBe();
  button.title = why || (canBe()
    ? "a notification when a population of yours is complete, is decided, or more than 20 % of it fails"
    : "browsers notify only of pages by https, or of this machine");
}

/** Turn it on or off. */
async function toggle() {
  why = "";
  if (isOn()) localStorage.removeItem(WANTED);
  else {
    localStorage.setItem(WANTED, "on");
    const answer = await Notification.requestPermission();
    if (answer !== "granted") {
      localStorage.removeItem(WANTED);
      why = "the browser has been told to show no notifications of this server";
      at("queue-said").textContent = `No notifications: ${why}`;
    }
  }
  follow();
  draw();
}

document.addEventListener("click", (event) => {
  if (around(event, "#notify")) void toggle();
});
window.addEventListener("storage", () => {
  follow();
  draw();
});
window.addEventListener("netspace:page", draw);
follow();
