/** The server's part: requests where something is asked, and one socket that tells what has changed. */

const PLACE = "evolink-widgets/";
/** Milliseconds until a socket that broke is opened again: the first time, and at most. */
const SOON = 1000;
const LATE = 30_000;

/**
 * @param {Host} host
 * @returns {Promise<Server>}
 */
export async function serverOf({ app, load }) {
  const { ServerConnection } = await load("@jupyterlab/services");
  const { URLExt } = await load("@jupyterlab/coreutils");
  const settings = app.serviceManager.serverSettings;
  const at = (/** @type {string} */ place) => URLExt.join(settings.baseUrl, PLACE, place);

  /** @param {string} place @param {Record<string, any>} given */
  const urlOf = (place, given) => {
    const asked = Object.entries(given).map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : `${value}`]);
    return `${at(place)}?${new URLSearchParams(asked)}`;
  };

  /** @param {string} place @param {Record<string, any>} given @param {object} [init] */
  async function request(place, given, init = {}) {
    const url = urlOf(place, given);
    const answer = await ServerConnection.makeRequest(url, init, settings);
    if (answer.ok) return answer;
    const told = await answer.json().catch(() => ({}));
    throw Error([told.message, told.advice].filter(Boolean).join(" ") || `The server answered ${answer.status}.`);
  }

  /** @type {Set<(told: any) => void>} */
  const listeners = new Set();
  /** What a page that comes later is told at once. @type {any} */
  let last = null;
  /** @type {any} */
  let socket;
  let wait = SOON;

  const tell = (/** @type {any} */ told) => {
    if (told.kind === "state") last = told;
    listeners.forEach((listener) => listener(told));
  };
  const connect = () => {
    const query = settings.appendToken && settings.token ? `?token=${encodeURIComponent(settings.token)}` : "";
    const opened = (socket = new settings.WebSocket(URLExt.join(settings.wsUrl, PLACE, "changes") + query));
    opened.onmessage = ({ data }) => {
      if (wait !== SOON) {
        wait = SOON;
        // What changed meanwhile is not known.
        tell({ kind: "changed", stores: [] });
      }
      tell(JSON.parse(data));
    };
    opened.onclose = () => {
      tell({ kind: "cut" });
      setTimeout(connect, wait);
      wait = Math.min(2 * wait, LATE);
    };
  };

  return {
    get: async (place, given = {}) => (await request(place, given)).json(),
    post: async (place, body) => (await request(place, {}, { method: "POST", body: JSON.stringify(body) })).json(),
    // The browser's own download: it goes to the disk as it comes, and on when the page is closed.
    fetch(place, given) {
      const [, xsrf] = document.cookie.match(/\b_xsrf=([^;]*)/) ?? [];
      const shown = settings.appendToken && settings.token ? { token: settings.token } : {};
      const link = document.createElement("a");
      Object.assign(link, { href: urlOf(place, { ...given, ...(xsrf && { _xsrf: xsrf }), ...shown }), download: "" });
      document.body.append(link);
      link.click();
      link.remove();
    },
    /** A picture's bytes; the browser keeps them. */
    async bytes(what, picture, signal) {
      const answer = await request(`bytes/${what}`, { picture }, { cache: "default", signal });
      return { blob: await answer.blob(), name: answer.headers.get("X-File-Name") ?? "picture" };
    },
    listen(listener) {
      listeners.add(listener);
      if (!socket) connect();
      else if (last) listener(last);
      return () => listeners.delete(listener);
    },
    get state() {
      return last;
    },
  };
}
