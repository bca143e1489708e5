/**
 * Live: events of all populations by one EventSource, never a poll.
 *
 * The browser reconnects by itself; when it gives up, or stays away long, a new one is made. An
 * event carries the whole state of a population, so nothing is lost by missing some.
 */
(() => {
  "use strict";
  const GIVEN_UP_MS = 8000;
  const AGAIN_MS = 1500;

  class Live {
    /**
     * @param {(activity: object) => void} heard server/schemas.py: Activity
     * @param {(connected: boolean) => void} changed
     */
    constructor(heard, changed) {
      this.heard = heard;
      this.changed = changed;
      this.lost = 0; // when, ms
      this.#connect();
      window.addEventListener("online", () => this.#connect());
      window.addEventListener("pagehide", () => this.source.close());
      window.addEventListener("pageshow", (event) => event.persisted && this.#connect());
    }

    #connect() {
      clearTimeout(this.timer);
      this.source?.close();
      const source = new EventSource(`${window.netspaceShell.API}/events`);
      this.source = source;
      source.onopen = () => {
        this.lost = 0;
        clearTimeout(this.timer);
        this.changed(true);
      };
      source.onerror = () => this.#lose(source);
      source.addEventListener("activity", (event) => this.heard(JSON.parse(event.data)));
    }

    #lose(source) {
      if (source !== this.source) return;
      this.lost ||= performance.now();
      this.changed(false);
      clearTimeout(this.timer);
      const gone = source.readyState === EventSource.CLOSED;
      this.timer = setTimeout(() => this.#connect(), gone ? AGAIN_MS : GIVEN_UP_MS);
    }
  }

  /** A JSON answer of REST, or an error that says what the server said. */
  async function ask(path, options = {}) {
    const answer = await fetch(`${window.netspaceShell.API}${path}`, options);
    if (!answer.ok) throw new Error(await reason(answer));
    return answer.json();
  }

  async function reason(answer) {
    const { detail } = await answer.json().catch(() => ({}));
    const messages = Array.isArray(detail) ? detail.map(({ message }) => message) : [detail];
    return messages.filter(Boolean).join("; ") || `${answer.status} ${answer.statusText}`;
  }

  /** A population's columns at its newest version, as the engine's table. */
  async function columns(population) {
    const path = `${window.netspaceShell.API}/populations/${population}/columns`;
    const answer = await fetch(path, { cache: "no-cache" }); // revalidated by its ETag
    if (!answer.ok) throw new Error(await reason(answer));
    return window.netspaceEngine.parse(await answer.arrayBuffer());
  }

  window.netspaceLive = { Live, ask, columns };
})();
