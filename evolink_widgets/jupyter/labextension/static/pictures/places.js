/** Where a picture's file is, and what it shows: asked of the server by its id, or read from its path. */

/**
 * @param {Host} host @param {string} picture
 * @returns {Promise<{ path: string, name: string, alt: string, prompt: string }>}
 */
export async function placeOf(host, picture) {
  const server = /** @type {Server} */ (await host.server);
  return server.get("pictures/place", { picture });
}

/** A path from a folder to a file, both from the root. @param {string} folder @param {string} path */
export function from(folder, path) {
  const [here, there] = [folder.split("/").filter(Boolean), path.split("/")];
  while (here.length && here[0] === there[0]) {
    here.shift();
    there.shift();
  }
  return [...here.map(() => ".."), ...there].join("/");
}
