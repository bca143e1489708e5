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
    let moved = 0; // at most: a lasso ends where it began
    const away = (event) => {
      moved = Math.max(moved, Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY));
    };
    window.addEventListener("pointermove", away, { capture: true });
    window.addEventListener("pointerup", (up) => {
      window.removeEventListener("pointermove", away, { capture: true });
      away(up);
      if (moved > STILL) return;
      const { left, top } = frame.canvas.getBoundingClientRect();
      clicked(up.clientX - left, up.clientY - top);
    }, { once: true, capture: true });
  }, { capture: true });
}
