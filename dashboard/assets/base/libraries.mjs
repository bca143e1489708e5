/**
 * Libraries of components that the first curves don't need: the page's head has their addresses
 * (dashboard/scripts.py). They run in that order, once, before what is made of them is put in.
 */

/** @type {?Promise<unknown>} */
let coming = null;

/** The libraries, all of them. @returns {Promise<unknown>} rejected where one did not come */
export function libraries() {
  coming ??= Promise.all(addresses().map(run)).catch((error) => {
    coming = null;
    throw error;
  });
  return coming;
}

/** Those that have not run. */
const addresses = () => [...document.querySelectorAll("link[rel=prefetch][as=script]")]
  .map((link) => /** @type {HTMLLinkElement} */ (link));

/** @param {HTMLLinkElement} link */
const run = (link) => new Promise((resolve, reject) => {
  const script = document.createElement("script");
  script.src = link.href;
  script.async = false; // in their order
  script.onload = () => {
    link.remove();
    resolve(null);
  };
  script.onerror = () => {
    script.remove();
    reject(new Error(`${link.href} did not come`));
  };
  document.head.append(script);
});
