/** All pictures as one zip file, fetched by the browser itself; and the one time that this is offered unasked. */

/** Whether it was offered, for this server: a page that is loaded again does not ask anew. */
const OFFERED = "evolink-widgets-home-offered";

/** Whether the server has the store with this mark, and so the browser fetches it. @param {Host} host @param {string} mark */
export async function takeHome(host, mark) {
  const server = /** @type {Server} */ (await host.server);
  const { there } = await server.get("home/look", { mark });
  if (there) server.fetch("home/zip", { mark });
  return there;
}

/** Offers it once there are pictures, where they go with their machine. @param {Host} host @param {any} told the stores' state */
export async function offerHome({ app, load }, { machine, stores }) {
  const { baseUrl } = app.serviceManager.serverSettings;
  if (!machine || !stores[0] || sessionStorage[OFFERED] === baseUrl) return;
  sessionStorage[OFFERED] = baseUrl;
  const { Notification } = await load("@jupyterlab/apputils");
  Notification?.info(`Your pictures go when ${machine} machine does. Take them home before that.`, {
    autoClose: false,
    actions: [{ label: "Download all", callback: () => globalThis.evolinkHome?.("").catch(console.error), displayType: "accent" }],
  });
}
