/**
 * A hand that holds something: where it moves, until it lets go or what it holds is taken away.
 *
 * A brush that begins on one view must not end on the next: back and forward, another page and
 * another size of the window take away what is under the hand, as Escape does.
 */

/** What a view ends with; heard before those who show the next one. */
const OVER = ["pointercancel", "popstate", "netspace:page", "resize"];

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
    tell();
  };
  window.addEventListener("pointermove", move, { signal });
  window.addEventListener("pointerup", (event) => end(() => up(event)), { signal });
  for (const type of OVER) {
    window.addEventListener(type, () => end(cancel), { signal, capture: true });
  }
  window.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end(cancel);
  }, { signal, capture: true });
}
