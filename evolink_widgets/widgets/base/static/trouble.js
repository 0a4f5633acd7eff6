/** How the kernel is, as far as the host knows. */

/**
 * Why the kernel can't be asked now, and what to do: as far as the host knows, as JupyterLab and Notebook do.
 * @param {Model} model @param {boolean} live whether Python answers
 */
export function troubleOf({ widget_manager }, live) {
  const kernel = widget_manager?.kernel;
  const { status, connectionStatus = "connected" } = kernel ?? {};
  if (kernel === null || status === "dead") return "The kernel has ended. Restart it, then run this cell again.";
  if (connectionStatus !== "connected") return "No connection to the kernel. Wait until it is back.";
  if (live) return "";
  if (status === "busy") return "The kernel is busy. This goes on when its cell has ended.";
  return "Not connected to a kernel. Run this cell to go on.";
}
