/** What Dash offers the browser, once it is there. */

/** Whether properties can be set yet. */
export const isThere = () => Boolean(window.dash_clientside?.set_props);

/** Set properties of a component. @param {string | object} id @param {object} properties */
export const tell = (id, properties) => window.dash_clientside.set_props(id, properties);

/** What a callback returns that leaves its output as it is. */
export const unchanged = () => window.dash_clientside.no_update;
