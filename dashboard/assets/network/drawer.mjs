/**
 * The drawer of one network: opened, waited for, followed while its job goes on, and closed.
 *
 * The server draws it (dashboard/pages/network/drawer.py); until it has, and where it does not
 * answer, a line says so. The focus goes in with the drawer and back to where it was.
 */

import { tell, unchanged } from "../base/dash.mjs";
import { at } from "../base/elements.mjs";
import { offer } from "../base/figures.mjs";
import * as grid from "../explore/table.mjs";
import * as noted from "../keep/network.mjs";
import * as events from "../live/events.mjs";
import { LIMIT_S, ask } from "../live/rest.mjs";

const ENDED = ["measured", "diverged", "failed", "none"];
const SOON_MS = 300; // an answer that comes at once is not announced

/** @type {?Open} the picked network, its timers and events */
let open = null;
/** @type {?Element} where the focus was */
let from = null;
let page = location.pathname; // that is shown

for (const which of ["widths", "learning"]) {
  offer(`network-${which}`, () => (open
    ? { path: `network-${which}`, query: `population=${open.population}&network=${open.network}` } : null));
}

/**
 * @param {?Picked} picked
 * @returns {boolean} whether the drawer is hidden
 */
export function show(picked) {
  if (picked && !open) from = document.activeElement;
  open?.leave();
  open = picked ? new Open(picked) : null;
  void noted.show(null); // until it is known to be there
  if (!picked && from) {
    back(from);
    from = null;
  }
  return !picked;
}

/** Let go of the network; the page's address, told once more as it is, closes nothing. */
export function close(_, pathname, { triggered_id: by }) {
  const isSame = pathname === page;
  page = pathname;
  return !open || (by === "location" && isSame) ? unchanged() : null;
}

/** The focus to where it was; a row of the table may have been drawn anew since. */
function back(place) {
  if (!at("network").contains(document.activeElement)
    && document.activeElement !== document.body) return; // it has gone elsewhere
  if (place instanceof HTMLElement && place.isConnected) place.focus({ preventScroll: true });
  else if (at("networks")?.checkVisibility()) grid.focus();
}

/** A network that is shown, or will be when the server has answered. */
class Open {
  #asking = false;
  #again = false;
  /** @type {number[]} */
  #timers = [];

  /** @param {Picked} picked */
  constructor({ population, network }) {
    this.picked = { population, network };
    this.path = `/populations/${population}/networks/${network}`;
    this.population = population;
    this.network = String(network);
    this.watcher = new MutationObserver(() => this.#settle());
    this.watcher.observe(at("network-told"), { childList: true });
    this.stop = events.listen({
      activity: (activity) => this.#happened(activity),
      connection: ({ live }) => live && this.late && this.#redraw(),
    });
    this.#after(SOON_MS, () => this.#say(`Loading network ${network} ...`));
    this.#after(1000 * LIMIT_S, () => {
      this.late = true;
      this.#say(`The server has not answered for ${LIMIT_S} s. `
        + "The network appears here when it does.");
    });
    at("network").dataset.state = "waiting";
    requestAnimationFrame(() => this.#settle());
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (this.left) return;
      at("network-close").focus({ preventScroll: true });
    }));
  }

  /** What the server (dashboard/pages/network/sheet.py) has put there, where it is this network. */
  get #shown() {
    const told = at("network-standing")?.dataset;
    return told?.network === this.network ? told : null;
  }

  #after(ms, act) {
    this.#timers.push(setTimeout(() => this.#shown || act(), ms));
  }

  #settle() {
    if (this.left || !this.#shown) return;
    if (at("network").dataset.state !== "shown" && this.#shown.status !== "none") void noted.show(this.picked);
    at("network").dataset.state = "shown";
    this.late = false;
    this.#say("");
  }

  #say(text) {
    at("network-said").textContent = text;
    at("network-said").hidden = !text;
  }

  #redraw() {
    tell("network-changed", { data: performance.now() });
  }

  #happened({ population }) {
    if (population !== this.population) return;
    const status = this.#shown?.status; // none yet: what the server says is of now
    if (status && !ENDED.includes(status)) this.#look();
  }

  /** Show the network again when something has happened to its job. */
  async #look() {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    const answer = await ask(this.path).catch(() => null);
    const job = answer?.job;
    const now = job && `${job.state} ${job.events.length} ${job.epochs.length}`;
    if (now && !this.left && now !== this.#shown?.job) tell("network-changed", { data: now });
    this.#asking = false;
    if (this.#again && !this.left) {
      this.#again = false;
      this.#look();
    }
  }

  leave() {
    this.left = true;
    this.stop();
    this.watcher.disconnect();
    this.#timers.forEach((timer) => clearTimeout(timer));
    this.#say("");
  }
}

// The theme of figures that the server draws.
window.addEventListener("netspace:theme", ({ detail }) => {
  if (at("network")) tell("figure-theme", { data: detail });
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  if (at("network")?.checkVisibility()) tell("picked", { data: null });
});
