/**
 * The stream of events itself, as the shared worker holds it, or a page of its own.
 */
const GIVEN_UP_MS = 8000;
const AGAIN_MS = 1500;
export const SILENT_S = 25; // then silence is told, and another stream is tried as often

/** Its address, from where the script or the page lies: below /app/. */
export const URL_OF_EVENTS = self.location.pathname.replace(/\/app(\/.*)?$/, "") + "/api/v1/events";

/** The one EventSource: what it has told, and whether it still does. */
export class Stream {
  /** @type {?EventSource} */
  #source = null;
  #heard = 0; // when something came last, ms
  #tried = 0; // when silence was met with another stream last, ms
  /** @type {number | undefined} */
  #again;
  /** @type {number | undefined} */
  #ticking;
  /** @type {Map<number, Activity>} by population */
  #activities = new Map();
  /** @type {?Connection} null: not known yet */
  #state = null;
  #isNew = false; // this source has said nothing yet: all populations follow

  /** @param {string} url @param {(message: Message) => void} tell everybody */
  constructor(url, tell) {
    this.url = url;
    this.tell = tell;
    self.addEventListener("online", () => this.#source && this.#connect());
  }

  open() {
    if (this.#source) return;
    this.#heard = this.#tried = performance.now();
    this.#ticking = setInterval(() => this.#tick(), 1000);
    this.#connect();
  }

  close() {
    clearTimeout(this.#again);
    clearInterval(this.#ticking);
    this.#source?.close();
    this.#source = null;
    this.#state = null; // whoever comes later is told what is then
    this.#activities.clear();
  }

  /** All that is known, for somebody who comes later. @returns {Message[]} */
  known() {
    const activities = [...this.#activities.values()].map((activity) => ({ activity }));
    return this.#state ? [{ connection: this.#state }, ...activities] : activities;
  }

  #connect() {
    clearTimeout(this.#again);
    this.#source?.close();
    const source = new EventSource(this.url);
    this.#source = source;
    this.#isNew = true;
    source.onopen = () => {
      clearTimeout(this.#again);
      if (this.#isNew) this.#begin(); // else it goes on where it broke
      this.#hear();
    };
    source.onerror = () => source === this.#source && this.#lose();
    source.addEventListener("ping", ({ data }) => {
      this.#hear();
      this.tell({ database: JSON.parse(data).database });
    });
    source.addEventListener("activity", ({ data }) => {
      this.#hear();
      const activity = JSON.parse(data);
      this.#activities.set(activity.population, activity);
      this.tell({ activity });
    });
    source.addEventListener("gone", ({ data }) => {
      this.#hear();
      const { population: gone, database } = JSON.parse(data);
      this.#activities.delete(gone);
      this.tell({ gone, database });
    });
  }

  #begin() {
    this.#isNew = false;
    this.#activities.clear();
    this.tell({ anew: true });
  }

  /** The browser connects again by itself; when it gives up, or stays away long, we do. */
  #lose() {
    this.#become({ live: false, silent: false });
    clearTimeout(this.#again);
    const gone = this.#source?.readyState === EventSource.CLOSED;
    this.#again = setTimeout(() => this.#connect(), gone ? AGAIN_MS : GIVEN_UP_MS);
  }

  #hear() {
    this.#heard = this.#tried = performance.now();
    this.#become({ live: true, silent: false });
  }

  /** A server that has stopped keeps its connections open: only silence tells. */
  #tick() {
    const now = performance.now();
    const lost = this.#state && !this.#state.live && !this.#state.silent;
    if (lost || now - this.#heard < 1000 * SILENT_S) return;
    this.#become({ live: false, silent: true });
    if (now - this.#tried < 1000 * SILENT_S) return;
    this.#tried = now;
    this.#connect();
  }

  /** @param {Connection} state */
  #become(state) {
    const before = this.#state;
    if (before?.live === state.live && before?.silent === state.silent) return;
    this.#state = state;
    this.tell({ connection: state });
  }
}
