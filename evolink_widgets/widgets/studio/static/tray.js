/** The tray of reference pictures: dropped, pasted, chosen, linked, or taken from the log; ordered, and told of. */
import { ahead, fill, flag, h, ICONS, icon, make, many, set, token, tool, urlOf, write } from "../../base/static/dom.js";
import { DRAGGED } from "../../base/static/grid.js";
import { sendFile } from "./sending.js";

/** What a card is dragged as: its key. */
const CARD = "application/x-evolink-card";
const TITLE = "Reference pictures";

Object.assign(ICONS, {
  link: "M7 9.5a2.5 2.5 0 0 0 3.5 0l2.25-2.25a2.5 2.5 0 0 0-3.5-3.5L8.5 4.5M9 6.5a2.5 2.5 0 0 0-3.5 0L3.25 8.75a2.5 2.5 0 0 0 3.5 3.5l.75-.75",
  reuse: "M2 3h12v10H2zM8 5.5v5M5.5 8h5",
  edit: "M3 13l.75-3L10.5 3.25l2.25 2.25L6 12.25zM9 4.75L11.25 7",
});

/** What can be done with a picture where there is a tray; the second leads on to the prompt. @type {Work[]} */
export const REFER = [
  ["Use as reference", "reuse", "It goes into the tray.", async ({ refer }, pic) => refer?.([pic])],
  ["Edit this", "edit", "Write what is to change.", async ({ refer }, pic) => refer?.([pic], true)],
];

/**
 * @param {Deck} ui
 * @param {() => void} changed the pictures, or their order, are others
 * @returns {Tray}
 */
export function referenceTray(ui, changed) {
  const { link, say } = ui;
  /** In their order, those on their way and those that can't be used too. @type {Card[]} */
  let cards = [];
  let limits = { references: 16, file: 0 };
  /** One file after the other, so that none waits long for its first slice. @type {Promise<unknown>} */
  let queue = Promise.resolve();

  const [word, cost, note] = make("span span bdi.bad");
  const list = h("ul.refs", { role: "list", label: TITLE });
  const chooser = h("input", { type: "file", multiple: "", accept: "image/*", hidden: "", label: "Files", onchange });
  const choose = h("button.btn", () => chooser.click(), icon("plus"), "Add files");
  const address = h("input", { type: "text", inputmode: "url", label: "Link to a picture", placeholder: "Link to a picture", oninput, onkeydown });
  const use = h("button.btn", addLink, "Add link");
  const line = h("p.note", cost, " ", note);
  const adders = h("div.acts", choose, chooser, address, use);
  const summary = h("summary", icon("next"), word);
  const el = h("details.fold.tray-refs", summary, list, adders, line);

  const ready = () => cards.flatMap(({ reference }) => reference ?? []);

  /** Draws the cards where they belong; what has the focus keeps it. */
  function draw() {
    const held = document.activeElement;
    const { length } = cards;
    write(word, length ? `${TITLE} · ${length}` : TITLE);
    if (cards.some((card, i) => list.children[i] !== card.el) || list.children.length !== length)
      fill(list, ...cards.map((card) => card.el));
    list.hidden = !length;
    cards.forEach((card, i) => {
      card.earlier.disabled = !i;
      card.later.disabled = i === length - 1;
    });
    if (list.contains(held)) /** @type {HTMLElement} */ (held).focus({ preventScroll: true });
  }

  /** The cards are others: drawn, and told. @param {string} [words] */
  function tell(words) {
    draw();
    if (words) say(words);
    changed();
  }

  /** An empty card. @param {string} name @returns {Card} */
  function begin(name) {
    const [title, facts, notices, problem, bar] = make("bdi.name span bdi bdi.problem i");
    const shown = h("span.face", icon("processing"));
    const meter = h("div.prog", { role: "progressbar", hidden: "" }, bar);
    const earlier = tool("ico", "", "back", () => move(card, -1));
    const later = tool("ico", "", "next", () => move(card, 1));
    const away = tool("ico", "", "close", () => remove(card));
    /** @type {Card} */
    const card = {
      key: token(),
      name,
      earlier,
      later,
      away,
      stop: new AbortController(),
      el: h(
        "li.ref",
        {
          draggable: "true",
          onkeydown(/** @type {KeyboardEvent} */ event) {
            const by = { ArrowLeft: -ahead(list), ArrowRight: ahead(list), ArrowUp: -1, ArrowDown: 1 }[event.key];
            if (!by || !event.altKey) return;
            // With Alt, the arrows would leave the page.
            event.preventDefault();
            event.stopPropagation();
            move(card, by);
          },
          ondragstart(/** @type {DragEvent} */ { dataTransfer }) {
            dataTransfer?.setData(CARD, card.key);
          },
        },
        shown,
        h("div.about", title, facts, notices, problem, meter),
        h("span.acts", earlier, later, away),
      ),
      tell({ share, why, isLate }) {
        card.isLate = isLate;
        card.why = why;
        meter.hidden = !isLate;
        flag(meter, "open", share === 1);
        set(meter, { "aria-valuenow": share == null ? null : Math.round(share * 100) });
        set(bar, { "--p": `${(share ?? 0) * 100}%` });
        write(facts, isLate ? (share == null ? "Waiting" : share < 1 ? `${Math.floor(share * 100)} %` : "Making it ready") : card.facts);
        write(notices, card.notices?.join(" "));
        write(problem, why);
        flag(card.el, "broken", why);
        if (why) fill(shown, icon("warn"));
        else if (card.reference && !card.url) fill(shown, icon("link"));
        write(title, card.name);
        const verb = isLate ? "Cancel" : "Remove";
        for (const [button, said] of /** @type {[any, string][]} */ ([
          [earlier, `Move ${card.name} earlier`],
          [later, `Move ${card.name} later`],
          [away, `${verb} ${card.name}`],
        ]))
          set(button, { label: said, title: said });
        set(meter, { label: `Sending ${card.name}` });
      },
      see(bytes) {
        card.url = urlOf(bytes);
        fill(shown, h("img", { src: card.url, alt: "", draggable: "false" }));
      },
    };
    card.tell({ isLate: true });
    return card;
  }

  /**
   * Fills a card with what Python answers.
   * @param {Card} card
   * @param {() => Promise<[any, DataView[]]>} ask
   * @param {boolean} [isQuiet] it was there before: Python has set it
   */
  async function settle(card, ask, isQuiet) {
    try {
      const [{ card: told }, [small]] = await ask();
      if (!cards.includes(card)) return;
      if (!isQuiet && ready().includes(told.reference)) {
        drop(card);
        return tell(`${told.name} is in the tray already.`);
      }
      Object.assign(card, told);
      if (small) card.see(small);
      card.tell({});
      if (isQuiet) draw();
      else tell(`${card.name} added as reference picture ${cards.indexOf(card) + 1}.`);
    } catch (/** @type {any} */ { message }) {
      if (!cards.includes(card)) return;
      card.tell({ why: message });
      tell(`${card.name}: ${message}`);
    }
  }

  /** Room for so many more; says when there is not. @param {number} count */
  function room(count) {
    const free = Math.max(0, limits.references - cards.length);
    const left = count - free;
    const words = left > 0 ? `At most ${limits.references} reference pictures: ${many(left)} left out.` : "";
    write(note, words);
    if (words) say(words);
    el.open = true;
    return Math.min(count, free);
  }

  /** @param {Iterable<File>} given */
  function addFiles(given) {
    const files = [...given];
    for (const file of files.slice(0, room(files.length))) {
      const card = begin(file.name || "Pasted picture");
      cards.push(card);
      if (!file.size || file.size > limits.file) {
        const most = Math.floor(limits.file / 2 ** 20);
        card.tell({ why: file.size ? `A file that is sent from the browser has at most ${most} MB. Give its path from Python.` : "It is empty." });
        say(`${card.name}: ${card.why}`);
        continue;
      }
      const { signal } = card.stop;
      signal.addEventListener("abort", () => ui.model.send({ kind: "cancel", upload: card.key }));
      const work = () => sendFile(link, file, card.key, signal, (share) => card.tell({ isLate: true, share }));
      queue = queue.then(async () => {
        if (!signal.aborted) await settle(card, work);
      });
    }
    tell();
  }

  /** @param {string} name @param {object} what @param {boolean} [isQuiet] */
  function add(name, what, isQuiet) {
    const card = begin(name);
    cards.push(card);
    settle(card, () => link.ask("take", what, 4, card.stop.signal), isQuiet);
    return card;
  }

  function addLink() {
    const reference = address.value.trim();
    if (!reference || !room(1)) return address.focus();
    address.value = "";
    add(reference.slice(0, 80), { reference });
    tell();
  }

  /** Takes a card out, and what is on its way for it. @param {Card} card */
  function drop(card) {
    cards = cards.filter((one) => one !== card);
    card.stop.abort();
    if (card.url) URL.revokeObjectURL(card.url);
  }

  /** @param {Card} card */
  function remove(card) {
    const at = cards.indexOf(card);
    drop(card);
    write(note, "");
    tell(`${card.name} ${card.isLate ? "cancelled" : "removed"}.`);
    (cards[at] ?? cards[at - 1] ?? { away: choose }).away.focus();
  }

  /** @param {Card} card @param {number} by places */
  function move(card, by) {
    const from = cards.indexOf(card);
    const to = from + by;
    if (from < 0 || to < 0 || to >= cards.length) return;
    const held = /** @type {any} */ (document.activeElement);
    cards.splice(from, 1);
    cards.splice(to, 0, card);
    tell(`${card.name}: place ${to + 1} of ${cards.length}.`);
    // A button at the end of its way is disabled and would lose the focus.
    if (held?.disabled) (held === card.earlier ? card.later : card.earlier).focus();
  }

  /** A link was typed, not a control of the form's. @param {Event} event */
  function oninput(event) {
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    addLink();
  }

  /** @param {Event} event */
  function onchange(event) {
    event.stopPropagation();
    addFiles(chooser.files);
    chooser.value = "";
  }

  /** What of a drag or the clipboard is for us. @param {any} data */
  function taken(data) {
    const types = [...(data?.types ?? [])];
    return [DRAGGED, CARD, "Files", "text/uri-list"].find((type) => types.includes(type));
  }

  /** Everything that is dropped anywhere on the panel. @param {any} root */
  function listen(root) {
    const on = (/** @type {string} */ name, /** @type {(event: any, kind?: string) => void} */ act) =>
      root.addEventListener(name, (/** @type {any} */ event) => {
        const kind = taken(event.dataTransfer ?? event.clipboardData);
        if (!el.matches(":disabled *")) return act(event, kind);
        // Nothing can be taken now; left alone, the browser would open the file in the notebook's place.
        if (kind && event.dataTransfer) {
          event.preventDefault();
          event.dataTransfer.dropEffect = "none";
        }
      });
    const mark = (/** @type {unknown} */ isOn) => flag(root, "drop", isOn);
    on("dragover", (event, kind) => {
      if (!kind) return;
      event.preventDefault();
      mark(kind !== CARD);
    });
    on("dragleave", ({ relatedTarget }) => mark(root.contains(relatedTarget) && root.matches(".ew-drop")));
    on("drop", (event, kind) => {
      mark(false);
      if (!kind) return;
      event.preventDefault();
      const { dataTransfer: data, target } = event;
      if (kind === "Files") addFiles(data.files);
      else if (kind === DRAGGED) tray.take([{ id: data.getData(DRAGGED) }]);
      else if (kind === CARD) {
        const card = cards.find(({ key }) => key === data.getData(CARD));
        const to = cards.findIndex((one) => one.el === target.closest("li"));
        if (card && to >= 0) move(card, to - cards.indexOf(card));
      } else if (room(1)) {
        const reference = data.getData("text/uri-list").split(/\r?\n/)[0];
        add(reference.slice(0, 80), { reference });
        tell();
      }
    });
    on("paste", (event, kind) => {
      if (kind !== "Files") return;
      event.preventDefault();
      addFiles(event.clipboardData.files);
    });
  }

  const leave = () => cards.forEach((card) => card.isLate && card.stop.abort());
  ui.signal.addEventListener("abort", () => {
    leave();
    for (const { url } of cards) if (url) URL.revokeObjectURL(url);
  });
  addEventListener("pagehide", leave, { signal: ui.signal });
  draw();

  /** @type {Tray} */
  const tray = {
    el,
    read: ready,
    build(given) {
      if (!limits.file) listen(el.closest("section"));
      limits = given;
    },
    put(names) {
      if (names.join() === ready().join()) return;
      const before = cards;
      cards = [];
      for (const name of names) {
        const known = before.findIndex((card) => card.reference === name);
        if (known >= 0) cards.push(...before.splice(known, 1));
        // It counts at once; what there is to see of it comes.
        else add("A picture", { reference: name }, true).reference = name;
      }
      for (const card of before)
        if (card.reference) drop(card);
        else cards.push(card);
      draw();
    },
    draw: (words) => write(cost, cards.length ? words : "Or drop them anywhere on this panel, or paste them."),
    reason() {
      if (cards.some(({ why }) => why)) return "Remove the reference picture that can't be used.";
      return cards.some((card) => card.isLate && !card.reference) ? "Wait for the reference pictures." : null;
    },
    take(pics) {
      for (const { id } of pics.slice(0, room(pics.length))) add("A picture", { picture: id });
      tell();
    },
  };
  return tray;
}
