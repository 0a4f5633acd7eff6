/** Takes all pictures of the store home as one zip file, and says it where they go with their machine. */
import { download, fill, h, icon, noter, resting, set } from "../../base/static/dom.js";

/** @param {Deck} ui */
export function homeOf({ link, say }) {
  const [line, put] = noter(say);
  const what = h("bdi");
  const button = h("button.btn", { onclick: () => resting(button, go), title: "Every picture with its recipe, as one zip file" }, icon("saving"), "Download all");
  const banner = h("div.banner", { role: "group", label: "Take your pictures home", hidden: true });
  /** @type {Home | null | undefined} */
  let home;

  async function go() {
    if (!home) return;
    try {
      put("Packing all pictures…");
      // Where our server part is, the browser fetches it by itself, at full speed and onto the disk.
      if (await globalThis.evolinkHome?.(home.mark)) return put("The browser downloads all pictures.");
      const [{ home: name }] = await link.ask("home", {}, 3);
      const [blob, file] = await link.pull(name, "home");
      download(blob, file);
      put(`All is in ${file}.`);
    } catch (error) {
      put(/** @type {Error} */ (error).message, true);
    }
  }

  return {
    banner,
    button,
    line,
    /** Whether the button is not in the banner: the widget has a place for it. */
    isFree: () => !!home && !home.machine,
    /** @param {Welcome} told */
    welcome(told) {
      home = told.home;
      banner.hidden = !home?.machine;
      if (!home?.machine) return;
      fill(what, `${home.folder} goes when ${home.machine} machine does: take your pictures home before that.`);
      set(button, { class: "ew-btn ew-first" });
      // What it came to takes no room before there is something to say.
      line.style.flex = "none";
      fill(banner, icon("saving"), what, button, line);
    },
  };
}
