/** How many pictures there are, which are selected, and what can be done with those. */
import { copyText, download, fill, h, hasFocus, make, many, num, write } from "../../base/static/dom.js";
import { span } from "./rows.js";

/**
 * @param {Desk} desk @param {Changes} changes @param {() => object} query what is looked for
 * @param {boolean} isWhole whether a kernel is there: it packs, compares and refers to several at once
 * @param {ReturnType<typeof import("../../pictures/static/home.js").homeOf>} home what packs all there is
 */
export function selectionOf(desk, { trash, putBack, empty }, query, isWhole, home) {
  const { ask, told, cache, goTo, select } = desk;
  const { tell, put, button } = told;
  const [tally, acts] = make("span.tally.num div.acts");
  let drawn = "";

  const pictures = () => [...desk.selected];

  /** What stands at a place, where it is here. @param {number} place */
  function one(place) {
    const id = cache.at(place)?.id;
    return id ? [id] : [];
  }

  /** Selects what lies between two places, whether it is here or not. @param {number} a @param {number} b */
  async function range(a, b) {
    const [from, last] = a < b ? [a, b] : [b, a];
    const here = span(from, last).flatMap(one);
    if (here.length > last - from) return select(here, true);
    const { ids, most } = await ask("ids", { query: query(), from, to: last + 1 });
    select(ids, true);
    if (most && ids.length < last + 1 - from) tell(`${many(ids.length)} selected: that is the most at once.`);
  }

  async function zip() {
    tell(`Packing ${many(desk.selected.size)}…`);
    const { zip: name, path, text } = await ask("zip", { pictures: pictures() }, 1);
    tell(
      text,
      false,
      button("Copy path", () => copyText(path).then(() => put("Path copied.")), "copy"),
      button("Download", () => fetchZip(name), "saving"),
    );
  }

  /** @param {string} name */
  async function fetchZip(name) {
    put("Downloading…");
    download(...(await desk.link.pull(name, "zip")));
    put("Downloaded.");
  }

  function clear() {
    const had = hasFocus(acts);
    select(pictures(), false);
    if (had) goTo(0);
  }

  /** What is known of those that are selected. @returns {any[]} */
  const picked = () => pictures().map((id) => cache.known(id) ?? { id });

  /** @param {string} word @param {string} sign @param {() => Promise<string | void>} work */
  const act = (word, sign, work) => button(word, async () => tell((await work()) ?? ""), sign);

  /** What only a kernel can do with several. @param {boolean} several */
  const ofKernel = (several) => [
    act("Use as reference", "reuse", () => desk.refer(picked())),
    act("Edit", "edit", () => desk.refer(picked(), true)),
    ...(several ? [act("Compare", "compare", () => desk.compare([]))] : []),
  ];

  /** What can be done with those that are selected. @param {boolean} isTrash @param {boolean} liked @param {boolean} several */
  const buttons = (isTrash, liked, several) => [
    ...(isWhole ? [button("Save as zip", zip, "saving")] : []),
    ...(isTrash
      ? [button("Put back", () => putBack(pictures()), "putBack")]
      : [
          ...(isWhole ? ofKernel(several) : []),
          act(liked ? "Not a favourite" : "Favourite", "star", () => desk.like(picked())),
          button("Move to trash", () => trash(pictures()), "trash"),
        ]),
    button("Clear selection", clear),
  ];

  return {
    el: h("div.band", tally, acts),
    pictures,
    one,
    range,
    clear,
    /** @param {number} count of all that match @param {boolean} isTrash whether they lie in the trash */
    draw(count, isTrash) {
      const { size } = desk.selected;
      const liked = pictures().every((id) => cache.known(id)?.favourite);
      const isFull = isTrash && count;
      write(tally, count || size ? many(count) + (isTrash ? " in the trash" : "") + (size ? `, ${num(size)} selected` : "") : "");
      const several = size > 1;
      const goesHome = count && !isTrash && home.isFree();
      if (drawn === (drawn = [!size, !isFull, isTrash, liked, several, goesHome].join())) return;
      const forAll = isFull ? [button("Empty trash", empty, "trash")] : goesHome ? [home.line, home.button] : [];
      const held = hasFocus(acts) && /** @type {Element} */ (document.activeElement);
      const at = held ? [...acts.children].indexOf(held) : -1;
      fill(acts, ...(size ? buttons(isTrash, liked, several) : forAll));
      if (!held) return;
      // The button that had the focus is another one now: the one that says the same, or what stands in its place.
      const after = [...acts.querySelectorAll("button")];
      const same = after.find((one) => one.textContent === held.textContent) ?? (size ? after[at] : null) ?? told.el.querySelector("button");
      same ? same.focus() : goTo(0);
    },
  };
}
