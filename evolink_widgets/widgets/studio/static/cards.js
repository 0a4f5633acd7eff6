/** The cards of the tray, a reference picture each: what a card shows, how it is filled, and their order. */
import { ahead, fill, flag, h, icon, make, set, token, tool, urlOf, write } from "../../base/static/dom.js";

/** What a card is dragged as: its key. */
export const CARD = "application/x-evolink-card";
const TITLE = "Reference pictures";

/**
 * An empty card.
 * @param {string} name
 * @param {HTMLElement} list where it stands
 * @param {(card: Card, by: number) => void} move
 * @param {(card: Card) => void} remove
 * @returns {Card}
 */
function emptyCard(name, list, move, remove) {
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
 * The cards in their order; what is done to one is drawn, told and said.
 * @param {Deck} ui
 * @param {() => void} changed the pictures, or their order, are others
 * @param {(next?: HTMLElement) => void} removed one was taken out by hand; `next` is the button of the card in its place
 */
export function cardList({ say }, changed, removed) {
  const word = h("span");
  const list = h("ul.refs", { role: "list", label: TITLE });
  /** In their order, those on their way and those that can't be used too. @type {Card[]} */
  const cards = [];

  const ready = () => cards.flatMap(({ reference }) => reference ?? []);

  /** Puts the cards where they belong; what has the focus keeps it. */
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

  /** Takes a card out, and what is on its way for it. @param {Card} card */
  function drop(card) {
    const at = cards.indexOf(card);
    if (at >= 0) cards.splice(at, 1);
    card.stop.abort();
    if (card.url) URL.revokeObjectURL(card.url);
  }

  /** @param {Card} card */
  function remove(card) {
    const at = cards.indexOf(card);
    drop(card);
    tell(`${card.name} ${card.isLate ? "cancelled" : "removed"}.`);
    removed((cards[at] ?? cards[at - 1])?.away);
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

  draw();
  return { word, list, cards, ready, draw, tell, settle, drop, move, begin: (/** @type {string} */ name) => emptyCard(name, list, move, remove) };
}
