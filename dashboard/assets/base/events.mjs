/**
 * What happens on the server: one stream of events a browser, whatever the number of its tabs.
 *
 * A browser opens six connections to a host; with a stream for each tab the sixth tab leaves none.
 * This script is read twice: by every page, and as the SharedWorker that holds the one stream for
 * all of them. Where there is no SharedWorker a page holds a stream itself while it is not hidden.
 *
 *     const stop = netspaceEvents.listen({ activity(activity), connection(state) });
 *
 * `activity` is server/schemas.py: Activity, all that is known at once and then each that has
 * changed; nothing is lost by missing some. A `state` is {live, silent}: whether the stream lives,
 * and whether it is open but nothing came for SILENT_S: the server says something every ten.
 */
(() => {
  "use strict";
  const GIVEN_UP_MS = 8000;
  const AGAIN_MS = 1500;
  const SILENT_S = 25; // then silence is told, and another stream is tried as often

  /** The one EventSource: what it has told, and whether it still does. */
  class Stream {
    #source = null;
    #heard = 0; // when something came last, ms
    #tried = 0; // when silence was met with another stream last, ms
    #again = null;
    #ticking = null;
    #activities = new Map(); // by population
    #state = null; // null: not known yet

    /** @param {string} url @param {(message: object) => void} tell everybody */
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
    }

    /** All that is known, for somebody who comes later. */
    known() {
      const activities = [...this.#activities.values()].map((activity) => ({ activity }));
      return this.#state ? [{ connection: this.#state }, ...activities] : activities;
    }

    #connect() {
      clearTimeout(this.#again);
      this.#source?.close();
      const source = new EventSource(this.url);
      this.#source = source;
      source.onopen = () => {
        clearTimeout(this.#again);
        this.#activities.clear(); // it begins with all of them
        this.#hear();
      };
      source.onerror = () => source === this.#source && this.#lose();
      source.addEventListener("ping", () => this.#hear());
      source.addEventListener("activity", ({ data }) => {
        this.#hear();
        const activity = JSON.parse(data);
        this.#activities.set(activity.population, activity);
        this.tell({ activity });
      });
    }

    /** The browser connects again by itself; when it gives up, or stays away long, we do. */
    #lose() {
      this.#become({ live: false, silent: false });
      clearTimeout(this.#again);
      const gone = this.#source.readyState === EventSource.CLOSED;
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

    #become(state) {
      const before = this.#state;
      if (before?.live === state.live && before.silent === state.silent) return;
      this.#state = state;
      this.tell({ connection: state });
    }
  }

  const API = self.location.pathname.replace(/\/app(\/.*)?$/, "") + "/api/v1/events";

  // ---------------------------------------------------------------- in the SharedWorker

  if (self.SharedWorkerGlobalScope) {
    const ports = new Set();
    const stream = new Stream(API, (message) => ports.forEach((port) => port.postMessage(message)));
    const leave = (port) => {
      ports.delete(port);
      if (!ports.size) stream.close();
    };
    self.onconnect = ({ ports: [port] }) => {
      port.onclose = () => leave(port); // a tab that crashed, where the browser tells
      port.onmessage = ({ data }) => {
        if (data !== "join") {
          leave(port);
          return;
        }
        ports.add(port);
        stream.open();
        for (const message of stream.known()) port.postMessage(message);
      };
    };
    return;
  }

  // ---------------------------------------------------------------- in a page

  const SCRIPT = document.currentScript.src;
  const listeners = new Set();
  const activities = new Map(); // by population, as told
  let state = null;
  let stream = null; // {join, leave}

  /**
   * Hear of everything from now on.
   * @param {{activity?: (activity: object) => void, connection?: (state: object) => void}} told
   * @returns {() => void} stops
   */
  function listen(told) {
    const listener = { activity() {}, connection() {}, ...told };
    listeners.add(listener);
    queueMicrotask(() => {
      if (!listeners.has(listener)) return;
      if (state) listener.connection(state);
      for (const activity of activities.values()) listener.activity(activity);
    });
    if (!stream) begin(self.SharedWorker ? shared() : own());
    return () => listeners.delete(listener);
  }

  function begin(one) {
    stream = one;
    stream.join();
  }

  function hear({ activity, connection }) {
    if (connection) {
      if (connection.live && !state?.live) activities.clear(); // all of them follow
      state = connection;
    } else {
      activities.set(activity.population, activity);
    }
    for (const listener of [...listeners]) {
      if (connection) listener.connection(connection);
      else listener.activity(activity);
    }
  }

  /** The stream that all tabs share. */
  function shared() {
    let worker;
    try {
      worker = new SharedWorker(SCRIPT, "netspace-events");
    } catch {
      return own(); // as where storage is forbidden
    }
    worker.onerror = () => begin(own()); // its script could not be read
    worker.port.onmessage = ({ data }) => hear(data);
    const say = (word) => () => worker.port.postMessage(word);
    return { join: say("join"), leave: say("leave") };
  }

  /** A stream of this tab alone, while it can be seen. */
  function own() {
    const mine = new Stream(API, hear);
    const follow = () => {
      if (document.visibilityState === "hidden") mine.close();
      else mine.open();
    };
    document.addEventListener("visibilitychange", follow);
    return { join: follow, leave: () => mine.close() };
  }

  window.addEventListener("pagehide", () => stream?.leave());
  window.addEventListener("pageshow", ({ persisted }) => persisted && stream?.join());

  window.netspaceEvents = { listen, SILENT_S };
})();
