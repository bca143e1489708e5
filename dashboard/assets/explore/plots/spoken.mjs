/**
 * What is drawn on Explore's canvases, in words for those who don't see them: the numbers that
 * stand beside each, as they are now.
 */

import { at } from "../../base/elements.mjs";

const REST_MS = 500; // a hand that moves writes the numbers with every frame

/** [canvas, where its title stands, what follows it, where its numbers stand] */
const SPOKEN = [
  ["edf-frame", "edf-title", "", "#numbers > *, .edf .legend > *"],
  ["widths-frame", "widths-title", "", ".widths-title"],
  ["scatter-frame", "scatters-title", ", best ranges", ".scatter-name b, .scatter-range"],
];

const text = (node) => node.innerText.replace(/\s+/g, " ").trim();

function tell() {
  for (const [id, title, more, beside] of SPOKEN) {
    const frame = at(`${id}-canvas`)?.parentElement;
    if (!frame?.checkVisibility()) continue;
    const told = [...document.querySelectorAll(beside)].map(text).filter(Boolean);
    const label = `${text(at(title))}${more}: ${told.join(", ")}`;
    if (frame.getAttribute("aria-label") !== label) frame.setAttribute("aria-label", label);
  }
}

/** @type {number | undefined} */
let resting;
const watcher = new MutationObserver(() => {
  clearTimeout(resting);
  resting = setTimeout(tell, REST_MS);
});

function begin() {
  const parts = [".edf", ".widths", ".scatters"].map((card) => document.querySelector(card));
  const there = parts.filter((part) => part !== null);
  if (there.length < parts.length) {
    requestAnimationFrame(begin);
    return;
  }
  for (const part of there) {
    watcher.observe(part, { childList: true, characterData: true, subtree: true });
  }
}

window.addEventListener("netspace:page", function arrive({ detail }) {
  if (detail !== "") return;
  window.removeEventListener("netspace:page", arrive);
  begin();
});
