/**
 * A hand that draws a box or a lasso over a frame, where Plotly would zoom.
 *
 * A press that does not move is a click, which others hear of; while the tool is "zoom" Plotly does.
 *
 * A finger scrolls, until somebody has pressed a tool: from then on it draws, and scrolls again
 * where it presses the same tool once more.
 */

import { follow } from "./drag.mjs";

const STILL = 4; // CSS pixels
const coarse = window.matchMedia("(pointer: coarse)"); // what points is a finger
export const EDGE = 6; // .. beside an area, from which a hand that means all of it begins

/** @typedef {"box" | "lasso" | "zoom"} Tool */
/** @typedef {[x: number, y: number]} Point CSS pixels of the frame's canvas */

/** @template T what is brushed in */
export class Brush {
  /** @type {Tool} that all frames of the page share */
  static tool = "box";
  static isChosen = false; // by a press on it
  static #last = ""; // kind of the pointer that was last pressed

  /** Whether a finger draws; else it scrolls. */
  static get byTouch() {
    return Brush.isChosen && Brush.tool !== "zoom";
  }

  /**
   * @param {Frame} frame
   * @param {object} told
   * @param {(x: number, y: number) => ?T} told.place what lies there; null: nothing to brush in
   * @param {(place: T, path: Point[], how: {tool: Tool, adds: boolean, done: boolean}) => void} told.brushed
   *     the path as it is now; `adds`: to what is selected already
   * @param {() => void} told.cancelled by Escape, or with the view that it was on
   */
  constructor(frame, { place, brushed, cancelled }) {
    this.frame = frame;
    press();
    const box = /** @type {HTMLElement} */ (frame.canvas.parentElement);
    box.dataset.brushed = "";
    const begin = (/** @type {MouseEvent} */ down) => {
      const from = this.#point(down);
      const there = place(...from);
      if (there === null) return;
      down.stopPropagation(); // to Plotly's layer
      down.preventDefault();
      this.#follow(from, (path, done) =>
        brushed(there, path, { tool: Brush.tool, adds: down.shiftKey, done }), cancelled);
    };
    box.addEventListener("mousedown", (down) => {
      // A tap's mouse events come when the finger has left, and nothing would end the brush.
      if (Brush.tool !== "zoom" && down.button === 0 && Brush.#last !== "touch") begin(down);
    }, { capture: true });
    box.addEventListener("pointerdown", (down) => {
      Brush.#last = down.pointerType;
      if (down.pointerType === "touch" && down.isPrimary && Brush.byTouch) begin(down);
    }, { capture: true });
    box.addEventListener("touchstart", (touch) => {
      if (!Brush.isChosen || Brush.byTouch) touch.stopPropagation(); // Plotly would zoom
    }, { capture: true, passive: true });
  }

  /** @param {MouseEvent} event @returns {Point} */
  #point(event) {
    const { left, top } = this.frame.canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  #follow(from, told, cancelled) {
    const path = [from];
    let moved = false;
    follow({
      move: (event) => {
        const to = this.#point(event);
        moved ||= Math.hypot(to[0] - from[0], to[1] - from[1]) > STILL;
        if (!moved) return;
        path.push(to);
        told(path, false);
      },
      up: () => moved && told(path, true),
      cancel: () => moved && cancelled(),
    });
  }
}

/** Whether a point lies in an area, or at most so far beside it. @param {Area} area */
export const isNear = ({ x: left, y: top, width, height }, x, y, beside) =>
  x >= left - beside && x <= left + width + beside && y >= top - beside && y <= top + height + beside;

/**
 * The values between two pixels, in no more digits than a pixel tells apart.
 * @param {(pixel: number) => number} toValue @param {number} a @param {number} b @returns {{lo: number, hi: number}}
 */
export function between(toValue, a, b) {
  const ends = [a, b].map((pixel) => {
    const [value, next] = [toValue(pixel), toValue(pixel + 1)];
    const step = 10 ** Math.floor(Math.log10(Math.abs(next - value) || 1));
    return Number((Math.round(value / step) * step).toPrecision(12));
  }).sort((x, y) => x - y);
  return { lo: ends[0], hi: ends[1] };
}

/** Say on all pages which tool is in the hand. */
function press() {
  const isInHand = Brush.isChosen || !coarse.matches;
  for (const segment of document.querySelectorAll("[data-tool]")) {
    segment.setAttribute("aria-pressed", String(isInHand && segment.dataset.tool === Brush.tool));
  }
  document.documentElement.toggleAttribute("data-touch-draws", Brush.byTouch);
}

document.addEventListener("click", (event) => {
  const { target } = event;
  const tool = target instanceof HTMLElement && target.closest("[data-tool]")?.dataset.tool;
  if (!tool) return;
  const isTouch = event instanceof PointerEvent && event.pointerType === "touch";
  Brush.isChosen = !(isTouch && Brush.isChosen && Brush.tool === tool);
  Brush.tool = /** @type {Tool} */ (tool);
  press();
});
