/** What Dash offers the browser, once it is there. */

/** Whether properties can be set yet. */
export const isThere = () => Boolean(window.dash_clientside?.set_props);

/** Set properties of a component. @param {string | object} id @param {object} properties */
export const tell = (id, properties) => window.dash_clientside.set_props(id, properties);

/**
 * Show another page, as a dcc.Link does: the address is that page's at once, so that nothing that
 * comes meanwhile writes into the one that is left.
 * @param {string} address
 */
export function go(address) {
  history.pushState({}, "", address);
  window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
}

/** What a callback returns that leaves its output as it is. */
export const unchanged = () => window.dash_clientside.no_update;
