/**
 * What may become markup or a script where one of Dash's libraries makes it of text: no markup,
 * and scripts of the page's own two folders. The browser asks this policy and refuses the rest.
 */
(() => {
  "use strict";
  const { src: own } = /** @type {HTMLScriptElement} */ (document.currentScript);
  const folders = ["assets/", "_dash-component-suites/"].map((name) => new URL(`../../${name}`, own).href);
  window.trustedTypes?.createPolicy("default", {
    createHTML: (text) => (text.includes("<") ? null : text),
    createScriptURL(address) {
      if (!address) return ""; // Dash takes back a script that does not come
      const { href, pathname } = new URL(address, document.baseURI);
      return folders.some((folder) => href.startsWith(folder)) && !pathname.includes("%") ? href : null;
    },
  });
})();
