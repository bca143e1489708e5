/**
 * A hand that holds something: where it moves, until it lets go or what it holds is taken away.
 *
 * A brush that begins on one view must not end on the next: back and forward, another page,
 * another population and another size of the window take away what is under the hand, as Escape
 * does.
 */

/** What gives up whatever is held. @type {Set<() => void>} */
const held = new Set();

// A view ends with these; they are heard here before those who show the next one listen.
for (const type of ["popstate", "netspace:page", "resize"]) window.addEventListener(type, giveUpAll);

/** Take away whatever is under the hand. */
export function giveUpAll() {
  held.forEach((giveUp) => giveUp());
}

/**
 * Follow the pointer that is down.
 * @param {object} told
 * @param {(event: PointerEvent) => void} told.move
 * @param {(event: PointerEvent) => void} told.up it has let go
 * @param {() => void} told.cancel nothing is to come of it
 */
export function follow({ move, up, cancel }) {
  const hearing = new AbortController();
  const { signal } = hearing;
  const end = (/** @type {() => void} */ tell) => {
    hearing.abort();
    held.delete(giveUp);
    tell();
  };
  const giveUp = () => end(cancel);
  held.add(giveUp);
  window.addEventListener("pointermove", move, { signal });
  window.addEventListener("pointerup", (event) => end(() => up(event)), { signal });
  window.addEventListener("pointercancel", giveUp, { signal });
  window.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    giveUp();
  }, { signal, capture: true });
}
