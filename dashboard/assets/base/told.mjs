/**
 * When Dash's components are told that something has happened (correction 9 of dashboard/app.py).
 *
 * Dash tells every component of every action, and each looks for its own part of the state. A
 * thousand components that a callback puts in are as many actions: a page took seconds. What
 * components show is the layout, of which they hear at once. Of what else they may show they hear
 * when all that happens now has happened, and of the steps of callbacks, which none shows, never.
 */

const UNSEEN = ["callbacks", "callbackJobs"];

/** What listens now. @type {Set<() => void>} */
export const listeners = new Set();

/** Tell whoever listens to a store from now on less often. @param {Store} store */
export function tellLess(store) {
  const { subscribe } = store;
  store.subscribe = (listener) => {
    let last = store.getState();
    let waits = false;
    const tell = () => {
      if (!waits) return;
      waits = false;
      listener();
    };
    const stop = subscribe(() => {
      const now = store.getState();
      const changed = Object.keys(now).filter(
        (part) => now[part] !== last[part] && !UNSEEN.includes(part),
      );
      last = now;
      if (!changed.length) return;
      if (!waits) queueMicrotask(tell);
      waits = true;
      if (changed.includes("layout")) tell();
    });
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      waits = false;
      stop();
    };
  };
}

// Dash puts its store there before it draws.
window.dash_stores ??= Object.assign(/** @type {Store[]} */ ([]), {
  push(/** @type {Store} */ store) {
    tellLess(store);
    return Array.prototype.push.call(this, store);
  },
});
