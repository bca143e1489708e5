/** Clicks on a frame that Plotly also listens to: a press that does not move is a click. */

const STILL = 4; // pixels

/**
 * @param {Frame} frame
 * @param {(x: number, y: number) => void} clicked CSS pixels of the frame's canvas
 */
export function onClick(frame, clicked) {
  const box = frame.canvas.parentElement;
  box.addEventListener("pointerdown", (down) => {
    if (down.button !== 0) return;
    window.addEventListener("pointerup", (up) => {
      const moved = Math.hypot(up.clientX - down.clientX, up.clientY - down.clientY);
      if (moved > STILL) return;
      const { left, top } = frame.canvas.getBoundingClientRect();
      clicked(up.clientX - left, up.clientY - top);
    }, { once: true, capture: true });
  }, { capture: true });
}
