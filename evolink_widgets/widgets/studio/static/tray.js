/** The tray of reference pictures: what is dropped, pasted, chosen, linked, or taken from the log is added to it. */
import { atEnd, h, icon, ICONS, isPlain, join, make, many, short, write } from "../../base/static/dom.js";
import { DRAGGED } from "../../base/static/log/grid.js";
import { CARD, cardList } from "./cards.js";
import { fold } from "./controls.js";
import { foldersIn, listenForDrops } from "./drops.js";
import { sendFile } from "./sending.js";

ICONS.link = "M7 9.5a2.5 2.5 0 0 0 3.5 0l2.25-2.25a2.5 2.5 0 0 0-3.5-3.5L8.5 4.5M9 6.5a2.5 2.5 0 0 0-3.5 0L3.25 8.75a2.5 2.5 0 0 0 3.5 3.5l.75-.75";

/**
 * Buttons and fields to add pictures with.
 * @param {(files: any) => void} addFiles
 * @param {(reference: string) => boolean} addLink whether it was added
 */
function adders(addFiles, addLink) {
  const chooser = h("input", { type: "file", multiple: "", accept: "image/*", hidden: "", label: "Files", onchange });
  const choose = h("button.btn", () => chooser.click(), icon("plus"), "Add files");
  const address = h("input", { type: "text", inputmode: "url", label: "Link to a picture", placeholder: "Link to a picture", oninput, onkeydown });

  function link() {
    const reference = address.value.trim();
    if (!reference || !addLink(reference)) return address.focus();
    address.value = "";
  }

  /** A link was typed, not a control of the form's. @param {Event} event */
  function oninput(event) {
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    if (event.key !== "Enter" || !isPlain(event)) return;
    event.preventDefault();
    link();
  }

  /** @param {Event} event */
  function onchange(event) {
    event.stopPropagation();
    addFiles(chooser.files);
    chooser.value = "";
  }

  return [h("div.acts", choose, chooser, address, h("button.btn", link, "Add link")), choose];
}

/** Why a file can't be sent. @param {File} file @param {string[]} folders @param {number} most bytes */
function whyNot({ name, size, type }, folders, most) {
  if (folders.includes(name)) return `${name} is a folder. Add the pictures in it.`;
  if (type && !type.startsWith("image/")) return `${name} is no picture.`;
  if (!size) return `${name} is empty.`;
  if (size > most) return `${name} has more than ${Math.floor(most / 2 ** 20)} MB. Give its path from Python.`;
}

/** What is on its way ends with the view, and with the page. @param {AbortSignal} signal @param {Card[]} cards */
function endWith(signal, cards) {
  const leave = () => cards.forEach((card) => card.isLate && card.stop.abort());
  atEnd(signal, () => {
    leave();
    for (const { url } of cards) if (url) URL.revokeObjectURL(url);
  });
  addEventListener("pagehide", leave, { signal });
}

/**
 * @param {Deck} ui
 * @param {() => void} changed the pictures, or their order, are others
 * @returns {Tray}
 */
export function referenceTray(ui, changed) {
  const { link, say } = ui;
  let limits = { references: 16, file: 0 };
  /** One file after the other, so that none waits long for its first slice. @type {Promise<unknown>} */
  let queue = Promise.resolve();

  const [cost, note] = make("span bdi.bad");
  const { word, list, cards, ready, draw, tell, settle, drop, move, begin } = cardList(ui, changed, (next = choose) => {
    write(note, "");
    next.focus();
  });
  const [acts, choose] = adders(addFiles, addLink);
  const lid = fold(word, () => {}, list, acts, h("p.note", cost, " ", note));

  /** @param {string} words what was not added */
  function refuse(words) {
    write(note, words);
    if (words) say(words);
  }

  /** Room for so many more; says when there is not. @param {number} count */
  function room(count) {
    const free = Math.max(0, limits.references - cards.length);
    const left = count - free;
    const words = left > 0 ? `At most ${limits.references} reference pictures: ${many(left)} left out.` : "";
    refuse(words);
    lid.open(true);
    return Math.min(count, free);
  }

  /** @param {Iterable<File>} given @param {string[]} [folders] the names of those that are none */
  function addFiles(given, folders = []) {
    const whys = [...given].map((file) => whyNot(file, folders, limits.file));
    const files = [...given].filter((_, i) => !whys[i]);
    const wrong = join(...whys);
    const fit = room(files.length);
    if (wrong) refuse(join(note.textContent, wrong));
    for (const file of files.slice(0, fit)) {
      const card = begin(file.name || "Pasted picture");
      cards.push(card);
      const { signal } = card.stop;
      atEnd(signal, () => ui.model.send({ kind: "cancel", upload: card.key }));
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

  /** @param {string} reference */
  function addLink(reference) {
    const fits = room(1) > 0;
    if (fits) {
      add(short(reference, 80), { reference });
      tell();
    }
    return fits;
  }

  endWith(ui.signal, cards);

  /** @param {object[]} all */
  function addAll(all) {
    for (const what of all.slice(0, room(all.length))) add("A picture", what);
    tell();
  }

  return {
    lid,
    read: ready,
    build(given) {
      if (!limits.file)
        listenForDrops(lid.body.closest("section"), lid.body, {
          Files: (data) => addFiles(data.files, foldersIn(data)),
          [DRAGGED]: (data) => addAll([{ picture: data.getData(DRAGGED) }]),
          [CARD](data, target) {
            const card = cards.find(({ key }) => key === data.getData(CARD));
            const to = cards.findIndex((one) => one.el === target.closest("li"));
            if (card && to >= 0) move(card, to - cards.indexOf(card));
          },
          "text/uri-list": (data) => addLink(data.getData("text/uri-list").split(/\r?\n/)[0]),
        });
      limits = given;
    },
    put(names) {
      if (names.join() === ready().join()) return;
      const before = cards.splice(0);
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
    take: (pics) => addAll(pics.map(({ id }) => ({ picture: id }))),
    give: (names) => addAll(names.map((reference) => ({ reference }))),
  };
}
