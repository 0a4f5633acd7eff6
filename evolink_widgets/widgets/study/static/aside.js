/** What is known of the current cell: its picture large, its levels, its repeats, and what can be done with it. */
import { fill, flag, h, hasFocus, icon, make, set, sleep, tool, urlOf, write } from "../../base/static/dom.js";
import { pips } from "./cell.js";

/** Milliseconds that a cell has to stay the current one before its picture is fetched. */
const STAYS = 150;

/** @param {string[]} keys @param {any} words */
const keyed = (keys, words) => h("span", ...keys.map((key) => h("kbd", key)), words);

/**
 * @param {Deck} ui @param {Note} note
 * @param {{ open: () => void, turn: (by: number) => void, buy: (button: HTMLElement) => void }} hand
 */
export function asideOf(ui, note, hand) {
  const image = h("img.shot", { alt: "", hidden: true });
  const shot = h("button.frame", { onclick: hand.open, label: "Open" }, image);
  const [facts, why, acts, turns, keys] = make("dl.rows p.note div.acts div.turns p.keys");
  const el = h("div.aside", { role: "region", label: "Current cell" }, shot, h("div.side", facts, turns, why, acts, keys));
  const buy = h("button.btn.first", { onclick: () => hand.buy(buy), "data-offer": "" });
  let loading = new AbortController();
  let url = "";
  /** @type {Picture | undefined} */
  let pic;
  const fail = (/** @type {Error} */ { message }) => note(message, true);
  const act = (/** @type {string} */ word, /** @type {string} */ sign, /** @type {(pic: Picture) => any} */ work) =>
    h("button.btn", () => pic && Promise.resolve(work(pic)).then((said) => said && note(said), fail), icon(sign), word);
  const star = act("Star", "star", (one) => ui.like([one]));
  const compare = act("Compare", "compare", (one) => ui.compare([one]));
  const more = tool("ico", "More", "more", () => pic && ui.menu(more, pic, note, hand.open), { "aria-haspopup": "menu" });
  const open = h("button.btn.first", hand.open, "Open");
  const which = h("span.num");
  const dots = h("span");
  const back = tool("ico", "Previous repeat", "back", () => hand.turn(-1));
  turns.append(back, which, dots, tool("ico", "Next repeat", "next", () => hand.turn(1)));

  /** Puts other buttons in place; what has the focus keeps it, or hands it to what stands there then. @param {HTMLElement[]} buttons */
  function offer(...buttons) {
    if (buttons.length === acts.children.length && buttons.every((one) => one.parentNode === acts)) return;
    const held = hasFocus(acts) && document.activeElement;
    fill(acts, ...buttons);
    if (held) (buttons.find((one) => one === held) ?? buttons[0] ?? shot).focus();
  }

  /** The preview, once the cell is not only passed by. @param {Picture} one */
  async function sharpen(one) {
    const { signal } = (loading = new AbortController());
    try {
      await sleep(STAYS);
      signal.throwIfAborted();
      const [blob] = await ui.link.pull(one.id, "preview", signal);
      URL.revokeObjectURL(url);
      image.src = url = urlOf(blob);
    } catch (/** @type {any} */ error) {
      if (!signal.aborted) fail(error);
    }
  }

  return {
    el,
    /** @param {CellFacts} now how the cell stands @param {any} told what Python has told of it, once it has @param {Picture | undefined} picture the repeat that is shown @param {string} label @param {string[]} axes across and down */
    show(now, told, picture, label, axes) {
      const isSame = picture && pic?.id === picture.id;
      pic = picture;
      fill(facts, ...(told?.rows ?? now.rows).flatMap(([name, value]) => [h("dt", name), h("dd", h("bdi", value))]));
      write(why, told?.why);
      why.hidden = !told?.why;
      const canBuy = !pic && (told ? told.buys : "d.".includes(now.letter));
      if (!ui.busy) fill(buy, h("b", `${now.verb} this cell`), h("span.num", `${now.price} credits`));
      offer(...(pic ? [open, star, compare, more] : canBuy ? [buy] : []));
      set(star, { "aria-pressed": !!pic?.favourite });
      set(shot, { label: pic ? `Open ${label}` : label, "aria-disabled": pic ? null : true, "data-s": now.letter });
      turns.hidden = !(now.repeats > 1 && pic);
      write(which, `repeat ${now.shown + 1} of ${now.repeats}`);
      fill(dots, pips(now.repeats, now.have, now.shown) ?? "");
      const [x, y] = axes;
      fill(keys, ...[x && keyed(["←", "→"], x), y && keyed(["↑", "↓"], y), keyed(["+", "−"], "size"), now.repeats > 1 && keyed(["R"], "repeat"), keyed(["Space"], "select")].filter(Boolean));
      flag(shot, "empty", !pic);
      image.hidden = !pic;
      set(shot, { "--ar": pic ? `${pic.width / pic.height}` : "1" });
      if (isSame) return;
      loading.abort();
      if (!pic) return image.removeAttribute("src");
      set(image, { alt: pic.alt });
      if (pic.url) image.src = pic.url;
      else image.removeAttribute("src");
      sharpen(pic);
    },
    end() {
      loading.abort();
      URL.revokeObjectURL(url);
    },
  };
}
