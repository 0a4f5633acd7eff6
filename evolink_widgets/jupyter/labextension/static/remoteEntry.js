/** What the host loads with its page: a federated module, written by hand. All else is imported by need. */
(window._JUPYTERLAB ??= {})["evolink-widgets"] = (() => {
  /** @type {any} The packages that the host shares. */
  let scope;
  // At once and all together, while the host's own scripts are on their way; one found the next, they would hold it up.
  const loading = import("./plugins.js");
  for (const name of ["commands", "host", "icons", "side", "server"]) import(`./${name}.js`).catch(() => {});
  return {
    /** @param {any} shared */
    init(shared) {
      scope = shared;
    },
    async get() {
      const { pluginsOf } = await loading;
      const plugins = await pluginsOf(scope);
      return () => ({ __esModule: true, default: plugins });
    },
  };
})();
