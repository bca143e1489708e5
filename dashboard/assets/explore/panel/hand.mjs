/**
 * The hand on a slider: which stops it asks for, a frame before the slider has rendered them.
 *
 * Mantine takes a mouse's place in the animation frame after its event, and React renders the
 * thumb when that frame is over: who reads the thumb draws one frame late. So the place is read
 * here, too, by the slider's own sum, in the event, and what depends on it is in the same frame.
 * The slider has the last word: when the hand has let go, its thumbs are read again.
 */

/** @typedef {import("./controls.mjs").Row} Row */

/**
 * A slider that is held.
 * @typedef {object} Held
 * @property {Row} row
 * @property {number} left of its track, CSS pixels
 * @property {number} width
 * @property {number} thumb 0, 1; -1: the track was pressed, and the slider has not said which moves
 * @property {[number, number]} places of the thumbs, as stops
 * @property {boolean} moved since it was pressed
 */

export class Hand {
  /** @type {?Held} */
  #held = null;

  /**
   * @param {HTMLElement} panel of the sliders
   * @param {object} told
   * @param {(element: Element) => ?Row} told.rowAt
   * @param {(row: Row, places: [number, number]) => void} told.moved
   * @param {(row: Row) => void} told.released after it was moved
   */
  constructor(panel, { rowAt, moved, released }) {
    this.moved = moved;
    panel.addEventListener("mousedown", ({ target }) => {
      const row = target instanceof Element ? rowAt(target) : null;
      if (row?.control.kind === "range") this.#held = held(row, target);
    }, true);
    addEventListener("mousemove", ({ clientX }) => this.#move(clientX), true);
    addEventListener("mouseup", () => {
      const held = this.#held;
      this.#held = null;
      if (held?.moved) released(held.row);
    }, true);
    // Where another view comes under the hand, the slider lets go, and nothing comes of it here.
    for (const type of ["popstate", "netspace:page"]) {
      addEventListener(type, () => {
        if (!this.#held) return;
        this.#held = null;
        // Behind those who show the view: what a slider that lets go commits is theirs then.
        setTimeout(() => document.dispatchEvent(new MouseEvent("mouseup", { bubbles: true })));
      }, true);
    }
    addEventListener("resize", () => { this.#held = null; }, true); // it measures its track itself
  }

  /** Whether a row's places have been read here since it was pressed. @param {Row} row */
  leads(row) {
    return this.#held?.row === row && this.#held.moved;
  }

  /** A slider has rendered. @param {Row} row @param {[number, number]} places of its thumbs */
  heard(row, places) {
    const held = this.#held;
    if (held?.row !== row) return;
    const [from, to] = places.map((place, i) => place !== held.places[i]);
    if (held.thumb < 0 && from !== to) held.thumb = from ? 0 : 1;
    held.places = places;
  }

  /** As useMove and RangeSlider of Mantine have it: one thumb pushes the other. @param {number} x */
  #move(x) {
    const held = this.#held;
    if (!held?.width || held.thumb < 0) return;
    const share = Math.min(Math.max((x - held.left) / held.width, 0), 1);
    const place = Math.round(share * (held.row.control.stops.length - 1));
    const [from, to] = held.places;
    held.places = held.thumb === 0 ? [place, Math.max(place, to)] : [Math.min(from, place), place];
    if (held.places[0] === from && held.places[1] === to) return;
    held.moved = true;
    this.moved(held.row, held.places);
  }
}

/** @param {Row} row @param {?EventTarget} target what was pressed @returns {Held} */
function held(row, target) {
  const { left, width } = row.thumbs[0].closest("[class*=trackContainer]")?.getBoundingClientRect()
    ?? { left: 0, width: 0 };
  const thumb = [...row.thumbs].findIndex((one) => one === target);
  return { row, left, width, thumb, places: placesOf(row), moved: false };
}

/** The stops that the thumbs are on. @param {Row} row @returns {[number, number]} */
export function placesOf({ thumbs }) {
  const place = (/** @type {number} */ i) => Number(thumbs[i].getAttribute("aria-valuenow"));
  return [place(0), place(1)];
}
