/** Elements: made in one line, and brought up to date in place. */

/** The element of the page with an id. @returns {any} of the kind that the page's layout makes it */
export const at = (id) => document.getElementById(id);

/** The element around an event's target, or itself, that a selector names. @param {Event} event */
export const around = ({ target }, /** @type {string} */ selector) =>
  (target instanceof Element ? target.closest(selector) : null);

/** The control that has changed, where it lies in what a selector names. @param {Event} event */
export function changed({ target }, /** @type {string} */ selector) {
  const isControl = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
  return isControl && target.closest(selector) ? target : null;
}

/** The page's policy takes no style of an attribute, but of scripts that know what they style. */
function set(element, name, value) {
  if (name === "style") element.style.cssText = value;
  else element.setAttribute(name, value);
}

/**
 * An element. Properties become attributes, but for those that are null, undefined or false.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, ?string | number | boolean | undefined>} properties
 * @param {...(?Node | string | undefined | (?Node | string | undefined)[])} children
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value !== null && value !== undefined && value !== false) {
      set(element, name, value === true ? "" : String(value));
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const keyOf = (node) => node.dataset?.key ?? null;

const isSame = (old, now) =>
  old.nodeName === now.nodeName && keyOf(old) === keyOf(now);

/** What the page says that a control holds; a person may have changed that since. */
function said(control) {
  if (control.nodeName === "INPUT") {
    return `${control.getAttribute("value")} ${control.hasAttribute("checked")}`;
  }
  return control.nodeName === "SELECT"
    ? control.querySelector("[selected]")?.getAttribute("value")
    : null;
}

/**
 * Make `old` look like `now`, and keep every element that is still there: its focus, whether it
 * is open, and what was typed into it unless `now` says something else than was said before.
 * Children with a `data-key` are told apart by it.
 */
export function morph(old, now) {
  if (!isSame(old, now)) {
    old.replaceWith(now);
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== now.data) old.data = now.data;
    return;
  }
  const [before, after] = [said(old), said(now)];
  const { value, checked } = now; // a select loses its value with the options that are taken
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
  const isLeft = old.nodeName === "SELECT" && old !== document.activeElement;
  if (isLeft || after !== before) {
    old.value = value; // no attribute says what a control holds, once it was touched
    old.checked = checked;
  }
}

function copyAttributes(old, now) {
  for (const { name } of [...old.attributes]) {
    if (!now.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of now.attributes) {
    if (old.getAttribute(name) !== value) set(old, name, value);
  }
}
