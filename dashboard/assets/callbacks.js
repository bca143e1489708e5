/**
 * What Dash calls by name, a classic script: it may call before the modules are there. Once they
 * are, a call is as direct as one of a plain function; a context lasts only as long as that.
 */
(() => {
  "use strict";
  let main = null;
  const loading = import("./main.mjs").then((module) => { main = module; });
  window.dash_clientside ??= {};
  window.dash_clientside.netspace = new Proxy({}, {
    get: (_, name) => (...given) => {
      const act = () => main[name](...given);
      given.push(window.dash_clientside.callback_context);
      return main ? act() : loading.then(act);
    },
  });
})();
