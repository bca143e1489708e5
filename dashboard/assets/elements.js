/** Elements: made in one line, and brought up to date in place. */
(() => {
  "use strict";

  /**
   * An element. Properties become attributes, but for those that are null, undefined or false.
   * @param {string} tag @param {object} properties @param {...(Node|string|null)} children
   */
  function h(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (value !== null && value !== undefined && value !== false) {
        element.setAttribute(name, value === true ? "" : value);
      }
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return element;
  }

  const keyOf = (node) => node.dataset?.key ?? null;

  const isSame = (old, now) =>
    old.nodeName === now.nodeName && keyOf(old) === keyOf(now);

  /**
   * Make `old` look like `now`, and keep every element that is still there: its focus, what was
   * typed into it, whether it is open. Children with a `data-key` are told apart by it.
   */
  function morph(old, now) {
    if (!isSame(old, now)) {
      old.replaceWith(now);
      return;
    }
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== now.data) old.data = now.data;
      return;
    }
    copyAttributes(old, now);
    const kept = new Set([...now.childNodes].map(keyOf));
    for (const child of [...old.childNodes]) if (!kept.has(keyOf(child))) child.remove();
    let at = old.firstChild;
    for (const child of [...now.childNodes]) {
      const key = keyOf(child);
      const same = key === null
        ? at
        : [...old.children].find((candidate) => keyOf(candidate) === key) ?? null;
      if (same === null || !isSame(same, child)) {
        old.insertBefore(child, at); // new, or another kind of element in its place
        if (same !== null && key === null) {
          at = same.nextSibling;
          same.remove();
        }
        continue;
      }
      if (same !== at) old.insertBefore(same, at);
      at = same.nextSibling;
      morph(same, child);
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  }

  function copyAttributes(old, now) {
    for (const { name } of [...old.attributes]) {
      if (!now.hasAttribute(name) && name !== "open") old.removeAttribute(name);
    }
    for (const { name, value } of now.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    if (old.nodeName === "SELECT" && old !== document.activeElement) {
      old.value = now.value; // what is chosen is no attribute
    }
  }

  window.netspaceElements = { h, morph };
})();
