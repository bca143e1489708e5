/** What a link asks for that is not done, a sentence each, until somebody closes it. */

import { at, h } from "./elements.mjs";

const LONGEST = 300;

/** What a link holds may be long, or turn the text around it: it is cut, and told by number. */
function readable(text) {
  const seen = text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16)}`);
  return seen.length > LONGEST ? `${seen.slice(0, LONGEST - 2)}..` : seen;
}

/**
 * @param {string} page
 * @param {{text: string, drop: () => void}[]} notes drop: what closing it does
 */
export function show(page, notes) {
  const node = at(`${page}-notes`);
  const key = JSON.stringify(notes.map(({ text }) => text));
  if (node.dataset.key === key) return;
  node.dataset.key = key;
  node.hidden = !notes.length;
  node.replaceChildren(...notes.map(({ text, drop }) => {
    const close = h("button", { type: "button", "aria-label": "close this note" }, "×");
    close.addEventListener("click", drop);
    return h("p", {}, readable(text), close);
  }));
}

/** The notes of a page that does nothing else with them. */
export class Notes {
  /** @type {string[]} */
  #texts = [];
  #held = false;

  /** @param {string} page */
  constructor(page) {
    this.page = page;
  }

  /** Of the address that is read now, instead of those of the one before. @param {string[]} texts */
  read(texts) {
    this.#texts = [...new Set([...(this.#held ? this.#texts : []), ...texts])];
    this.#held = false;
    this.#draw();
  }

  /** The page itself writes the next address: what was said of this one is still so. */
  hold() {
    this.#held = true;
  }

  #draw() {
    show(this.page, this.#texts.map((text) => ({
      text, drop: () => {
        this.#texts = this.#texts.filter((one) => one !== text);
        this.#draw();
      },
    })));
  }
}
