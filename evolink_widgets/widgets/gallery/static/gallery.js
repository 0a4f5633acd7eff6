/** Everything in the store: filters, the grid of pictures, and what can be done with one or many. */
import { copyText, fill, flag, h, icon, ICONS, make, noter, sleep, urlOf, write } from "../../base/static/dom.js";
import { asksOf } from "./asks.js";
import { filtersOf } from "./filters.js";
import { num, virtualGrid } from "./virtual_grid.js";
import { pageCache } from "./page_cache.js";
import { purchases } from "../../base/static/purchase.js";
import { openView } from "../../base/static/view.js";
import { WORK } from "../../base/static/work.js";

Object.assign(ICONS, {
  search: "M11 7A4 4 0 1 1 3 7a4 4 0 0 1 8 0zM10 10l3.5 3.5",
  star: "M8 2.25l1.8 3.7 4 .6-2.9 2.8.7 4L8 11.5l-3.6 1.9.7-4-2.9-2.8 4-.6z",
  trash: "M3 4.5h10M6.25 4.5v-2h3.5v2M4.5 4.5l.5 9h6l.5-9M7 7v4m2-4v4",
  again: "M13 3v3.5H9.5M12.75 6.25a5 5 0 1 0 .25 3",
  putBack: "M3 6h6.5a3.5 3.5 0 0 1 0 7H6M6 3L3 6l3 3",
});

/** Pictures on either side that the lightbox shows as a strip. */
const NEARBY = 24;
/** How often a page that is looked at says so. */
const RENEW = 25_000;

/** All whole numbers between two, and these. @param {number} from @param {number} last */
const span = (from, last) => Array.from({ length: last + 1 - from }, (_, i) => from + i);
/** @param {number} count */
const some = (count) => `${num(count)} picture${count === 1 ? "" : "s"}`;

/**
 * @param {Deck} ui
 * @param {Shelf} [own] what is particular to the place where it stands
 * @returns {Part}
 */
export function gallery(ui, own = {}) {
  const { link, say, model, signal } = ui,
    [line, put] = noter(say),
    [next, tally, acts, none] = make("span.then span.tally.num div.acts div.none"),
    filters = filtersOf(ui, () => look(true)),
    trashed = () => model.get("trashed"),
    ask = (/** @type {string} */ kind, /** @type {object} */ fields, tries = 3) =>
      link.ask(kind, fields, tries).then(([told]) => told),
    /** What an action came to, and what can be done next. @type {(text: string, bad?: boolean, ...more: any[]) => void} */
    tell = (text, bad, ...more) => {
      put(text, bad);
      fill(next, ...more);
    },
    fail = (/** @type {Error} */ { message }) => tell(message, true),
    waiting = purchases(ui),
    asks = asksOf(ui, fail),
    /** What goes wrong on the way is told. @type {<A extends any[]>(act: (...given: A) => any) => (...given: A) => void} */
    safe =
      (act) =>
      (...given) =>
        void act(...given)?.catch?.(fail),
    button = (/** @type {string} */ word, /** @type {() => any} */ act, sign = "", spec = "button.btn") =>
      h(spec, safe(() => act()), sign && icon(sign), word),
    /** The lightbox is in the way of what is told outside it. */
    shut = () => root()?.querySelector("dialog[open]")?.close(),
    root = () => /** @type {any} */ (filters.el.parentElement);
  let count = 0,
    turn = 0,
    folder = "",
    /** Whether others are looked for than those that are shown. */
    others = false,
    /** What went to the trash, each time. @type {string[][]} */
    gone = [],
    isMoving = false,
    drawn = "";

  // One picture.

  const /** @returns {Picture} */
    picture = (/** @type {number} */ place) => {
      const found = /** @type {Found} */ (cache.at(place));
      return { ...found, key: "", index: 0, place, url: cache.thumb(found.id)?.url ?? "" };
    },
    shown = (/** @type {number} */ place) => !!cache.thumb(cache.at(place)?.id ?? "")?.url,
    open = (/** @type {number} */ place) => {
      if (!shown(place)) return;
      const list = span(place - NEARBY, place + NEARBY).filter(shown).map(picture);
      ui.open(list, /** @type {any} */ (list.find((pic) => pic.place === place)), /** @type {any} */ ({ focus: () => grid.go(place) }));
    },
    askAgain = async (/** @type {Picture} */ { id, place = 0 }) => {
      shut();
      tell("Asking for the price…");
      const { text } = await ask("price", { picture: id }),
        buy = button(
          "Ask again",
          async () => {
            const told = await ui.buy(buy, "runAgain", { picture: id });
            if (!told || !buy.isConnected) return;
            const had = next.contains(document.activeElement);
            tell("");
            if (had) grid.go(place);
          },
          "",
          "button.btn.first",
        ),
        not = button("Not now", () => (tell(""), grid.go(place)));
      tell(text, false, buy, not);
      not.focus();
    },
    mark = async (/** @type {string[]} */ pictures, /** @type {boolean} */ on) => {
      await ask("favourite", { pictures, on });
      return on ? "Marked as favourite." : "No longer a favourite.";
    },
    /** One after the other: until it is drawn, what is pressed again is what is on its way. */
    move = async (/** @type {"trash" | "restore"} */ kind, /** @type {string[]} */ pictures) => {
      if (isMoving) throw Error("One at a time.");
      isMoving = true;
      shut();
      const { count } = await ask(kind, { pictures }).finally(() => (isMoving = false));
      ui.select(pictures, false);
      return some(count);
    },
    toTrash = async (/** @type {string[]} */ pictures) => {
      // Until the page is drawn anew, a picture that has gone still stands in its place.
      const here = pictures.filter((id) => !gone.flat().includes(id));
      if (!here.length) return;
      const moved = await move("trash", here);
      gone.push(here);
      tell(`${moved} moved to the trash.`, false, button("Undo", undo, "putBack"));
    },
    putBack = async (/** @type {string[]} */ pictures) => {
      const moved = await move("restore", pictures);
      gone = gone.map((ids) => ids.filter((id) => !pictures.includes(id))).filter(({ length }) => length);
      tell(`${moved} put back.`);
    },
    undo = async () => {
      const last = gone.at(-1);
      if (!last) return;
      const had = next.contains(document.activeElement);
      await putBack(last);
      if (had) grid.go(0);
    },
    /** All of the trash is deleted for good, once that is pressed a second time. */
    emptyTrash = () => {
      const yes = button("Delete for good", async () => {
          tell((await ask("emptyTrash", {}, 1)).text);
          gone = [];
          filters.el.querySelector("input")?.focus();
        }),
        not = button("Not now", () => (tell(""), grid.go(0)));
      tell("Everything in the trash is deleted and can't be put back.", false, yes, not);
      not.focus();
    },
    /** @type {Work[]} */
    work = [
      ["Favourite", "star", "", (_, { id }) => mark([id], !cache.known(id)?.favourite)],
      ["Ask again", "again", "", (_, pic) => askAgain(pic)],
      WORK[2],
      ["Move to trash", "trash", "", (_, { id }) => toTrash([id])],
      ["Put back", "putBack", "", (_, { id }) => putBack([id])],
    ],
    onTiles = own.tiles?.(work, { mark: safe(mark), toTrash: safe(toTrash) }) ?? work;

  // Many.

  const chosen = () => [...ui.selected],
    one = (/** @type {number} */ place) => {
      const id = cache.at(place)?.id;
      return id ? [id] : [];
    },
    /** Selects what lies between two places, whether it is here or not. */
    range = async (/** @type {number} */ a, /** @type {number} */ b) => {
      const [from, last] = a < b ? [a, b] : [b, a],
        here = span(from, last).flatMap(one);
      if (here.length > last - from) return ui.select(here, true);
      const { ids, most } = await ask("ids", { query: filters.query(), from, to: last + 1 });
      ui.select(ids, true);
      if (most && ids.length < last + 1 - from) tell(`${some(ids.length)} selected: that is the most at once.`);
    },
    zip = async () => {
      tell(`Packing ${some(ui.selected.size)}…`);
      const { zip: name, path, text } = await ask("zip", { pictures: chosen() }, 1);
      tell(
        text,
        false,
        button("Copy path", () => copyText(path).then(() => put("Path copied.")), "copy"),
        button("Download", () => download(name), "saving"),
      );
    },
    download = async (/** @type {string} */ zip) => {
      put("Downloading…");
      const [blob, name] = await link.pull(zip, "zip"),
        href = urlOf(blob);
      h("a", { href, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(href), 60_000);
      put("Downloaded.");
    },
    clear = () => {
      ui.select(chosen(), false);
      if (acts.contains(document.activeElement)) grid.go(0);
    };

  const cache = pageCache(ui, filters.query, (news) => (grid.draw(news), summary()), tell),
    grid = virtualGrid(
      ui,
      cache,
      {
        work: onTiles,
        picture,
        open,
        range: safe(range),
        pick: (place) => one(place).forEach((id) => ui.select([id], !ui.selected.has(id))),
        // All that are selected, where this is one of them.
        trash: safe((place) => {
          const ids = one(place);
          return ids[0] && (trashed() ? putBack : toTrash)(ui.selected.has(ids[0]) ? chosen() : ids);
        }),
        all: safe(() => range(0, count - 1)),
        undo: safe(undo),
        clear,
      },
      tell,
      own.sizes,
    ),
    /** How many there are, how many are selected, and what can be done with those. */
    summary = () => {
      const { size } = ui.selected,
        liked = size > 0 && chosen().every((id) => cache.known(id)?.favourite),
        full = trashed() && count > 0,
        look = [!size, full, trashed(), liked].join();
      write(tally, count || size ? some(count) + (trashed() ? " in the trash" : "") + (size ? `, ${num(size)} selected` : "") : "");
      if (drawn === (drawn = look)) return;
      fill(
        acts,
        ...(size
          ? [
              ...(own.tiles ? [] : [button("Save as zip", zip, "saving")]),
              ...(trashed()
                ? [button("Put back", () => putBack(chosen()), "putBack")]
                : [
                    button(liked ? "Not favourite" : "Favourite", () => mark(chosen(), !liked).then(tell), "star"),
                    button("Move to trash", () => toTrash(chosen()), "trash"),
                  ]),
              button("Clear selection", clear),
            ]
          : full
            ? [button("Empty trash", emptyTrash, "trash")]
            : []),
      );
    },
    empty = (why = "") => {
      none.hidden = !!count;
      if (count) return;
      const open = filters.open(),
        [title, words] = why
          ? ["The pictures can't be shown.", why]
          : !open
            ? ["No picture matches.", button("Clear filters", filters.clear)]
            : trashed()
              ? ["The trash is empty.", "What you delete waits here, and can be put back."]
              : (own.none ?? ["No pictures yet.", `What you ask for is kept in ${folder}, and shown here as it comes.`]);
      fill(none, h("b", title), words);
    },
    /** Asks how many there are; `anew` when others are looked for. */
    look = async (anew = false) => {
      const mine = ++turn;
      if (anew) {
        others = true;
        cache.reset();
      }
      try {
        const told = await ask("look", { query: filters.query() });
        if (mine !== turn) return;
        count = told.count;
        filters.know(told.facets);
        if (!others) cache.refresh();
        flag(root(), "bin", trashed());
        grid.update(count, others);
        empty();
        if (others) say(count ? some(count) : none.firstChild.textContent);
        others = false;
      } catch (error) {
        if (mine === turn && !count) empty(/** @type {Error} */ (error).message);
      }
      own.counted?.(count);
      summary();
    };

  ui.work = [...WORK.slice(0, 2), ...work];
  ui.name = ({ place = 0, id }) =>
    `Picture ${num(place + 1)} of ${num(count)}${cache.known(id)?.favourite ? " · favourite" : ""}`;
  ui.beyond = (pics, to) => {
    if (pics[to]) return false;
    const place = to < 0 ? Number(pics[0].place) - 1 : Number(pics[to - 1].place) + 1;
    if (place < 0 || place >= count) say("There are no more pictures.");
    else {
      grid.show(place);
      (async () => {
        for (let i = 0; i < 100 && !shown(place); i++) await sleep(50);
        if (root()?.querySelector("dialog[open]")) open(place);
      })();
    }
    return true;
  };

  link.on.run = ({ run }) => asks.take(run);
  link.on.changed = () => look();
  // What other kernels do is seen while a person looks here: Python watches for a minute after each look.
  const wake = () => {
      const { bottom, top } = root().getBoundingClientRect();
      if (ui.live && bottom > 0 && top < innerHeight && !document.hidden) look();
    };
  if (!own.tiles) {
    const renewing = setInterval(wake, RENEW);
    window.addEventListener("focus", wake, { signal });
    grid.el.onpointerenter = wake;
    signal.addEventListener("abort", () => clearInterval(renewing));
  }
  grid.el.hidden = none.hidden = true;
  filters.el.disabled = true;

  return {
    nodes: [filters.el, h("div.band", tally, acts), h("div.told", line, next), waiting, asks.el, grid.el, none],
    welcome(told) {
      folder = /** @type {any} */ (told).folder;
      for (const run of told.runs) asks.take(run, true);
    },
    state(live) {
      filters.el.disabled = !live;
      if (live) look(!count);
    },
    mark() {
      summary();
      grid.draw();
    },
  };
}

const galleryWidget = {
  /** @param {Context} context */
  render: (context) => openView(context, "gallery", "Gallery", gallery),
};

export default galleryWidget;
