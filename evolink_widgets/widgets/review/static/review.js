/** ReviewView: one picture large, its row beside it, a strip of all, and keys that keep, reject and caption. */
import { ahead, atEnd, fill, flag, h, icon, isPlain, join, make, many, noter, num, set, token, write } from "../../base/static/dom.js";
import { openView } from "../../base/static/view.js";
import { pairOf } from "./agreement.js";
import { decisionsOf } from "./decisions.js";
import { filmOf, SAID } from "./film.js";
import { paceOf } from "./pace.js";
import { stageOf } from "./stage.js";

/** Pictures that are ready before they are looked at: some eight seconds at three a second. */
const READY = 24;
/** So many that come next have to be there, and so many are asked for at once; milliseconds until it is done again. */
const FEW = 6;
const LATELY = 2000;
/** What is known of so many pictures is kept. */
const KNOWN = 400;
/** Milliseconds without a key until a caption is kept, and on a picture until it is said aloud. */
const TYPED = 600;
const SPOKEN = 450;
/** The filters: a letter each, and none for all. @type {[string, string][]} */
const FILTERS = [["", "All"], [".", "Undecided"], ["k", "Kept"], ["r", "Rejected"]];

/** @param {Deck} ui @returns {Part} */
function review(ui) {
  const { link, say } = ui;
  const view = token();
  const [line, note] = noter(say);
  const [title, head, badge, unsaved] = make("bdi.head bdi.muted span.badge p.unsaved");
  const bar = h("div.states", { "aria-hidden": true });
  const facts = h("dl.row");
  const [others, pairs] = make("ul.others ul.pairs");
  const pace = paceOf();

  /** What this judge says of each picture, by its place. @type {string[]} */
  let letters = [];
  /** The places that the filter leaves, and where in it we are; behind its end all is decided. @type {number[]} */
  let list = [];
  let at = 0;
  let filter = "";
  /** @type {{ judge: string, others: number }} */
  let told = { judge: "", others: 0 };
  let isOpen = false;
  /** @type {Map<number, About>} */
  const known = new Map();
  /** When what is on its way was asked for. @type {Map<number, number>} */
  const asked = new Map();
  /** Captions that were typed here, by place. @type {Map<number, string>} */
  const captions = new Map();
  /** What Z takes back. @type {{ about: About, letter: string }[]} */
  const done = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let speaking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let late;

  const stage = stageOf(ui);
  const film = filmOf(ui.signal, {
    want: (places) => link.ask("want", { view, places }, 2).catch(() => {}),
    go(to) {
      go(to, true);
      stage.el.focus();
    },
    letter: (place) => letters[place],
  });
  const decisions = decisionsOf(ui, {
    taken: take,
    waits(count, why) {
      const late = `${num(count)} decision${count === 1 ? "" : "s"} not in the store yet.`;
      write(unsaved, why ? join(late, why, "Until then this browser keeps them.") : count > 1 ? late : "");
      flag(unsaved, "bad", why);
    },
  });

  const place = () => list[at];
  const count = (/** @type {string} */ letter) => letters.reduce((sum, one) => sum + (one === letter ? 1 : 0), 0);

  // -- what is done by keys and buttons ----------------------------------------------------------

  const cap = (/** @type {string} */ sign) => h("kbd", { "aria-hidden": true }, sign);
  const turned = (/** @type {string} */ sign) => h("kbd.turn", { "aria-hidden": true }, sign);
  const reject = h("button.btn.first.decide", () => decide("r"), icon("close"), "Reject", turned("←"));
  const keepIt = h("button.btn.first.decide", () => decide("k"), icon("check"), "Keep", turned("→"));
  const later = h("button.key", { onclick: () => pass(), "aria-keyshortcuts": "ArrowDown" }, cap("↓"), "Later");
  const undo = h("button.key", { onclick: () => takeBack(), "aria-keyshortcuts": "Z" }, cap("Z"), "Undo");
  const back = h("button.key", { onclick: () => go(at - 1), "aria-keyshortcuts": "ArrowUp" }, cap("↑"), "Back");
  const caption = h("textarea", { rows: 3, maxlength: 4000, dir: "auto", "aria-keyshortcuts": "C" });
  const label = h("label.caption-of", h("span.label", "Caption"), cap("C"), caption);
  const reveal = h("button.btn", () => show(!isOpen));
  const filters = FILTERS.map(([letter, word]) => {
    const figure = h("b.num");
    const button = h("button.filter", () => choose(letter), letter && h("i", { "data-v": letter }), word, figure);
    return { letter, button, figure };
  });

  /** Says of the picture in view what it is; again, and it is undecided again. @param {string} letter */
  function decide(letter) {
    const where = place();
    const about = known.get(where);
    if (where == null) return;
    if (!about || !stage.has(where)) return note("The picture is still on its way.");
    note("");
    const before = letters[where];
    done.push({ about, letter: before });
    pace.tick();
    put(about, letter);
    // From one that was open to the next that is; where a verdict is looked at again, simply on.
    go(before === "." && filter !== "k" && filter !== "r" ? open(at) : at + 1);
  }

  /** @param {About} about @param {string} letter */
  function put({ id, place }, letter) {
    letters[place] = letter;
    decisions.put(id, { verdict: letter === "k" ? "keep" : letter === "r" ? "reject" : null });
    counts();
    film.soon();
  }

  /** Where the next undecided picture is in the list: behind a place, or else before it; the end where there is none. @param {number} from */
  function open(from) {
    for (let to = from + 1; to < list.length; to++) if (letters[list[to]] === ".") return to;
    for (let to = 0; to < from; to++) if (letters[list[to]] === ".") return to;
    return list.length;
  }

  /** Leaves a picture for later. */
  function pass() {
    const to = letters[place()] === "." && filter !== "k" && filter !== "r" ? open(at) : at + 1;
    if (to >= list.length && letters[place()] === ".") note("This is the last one that is undecided.");
    else go(to);
  }

  function takeBack() {
    const last = done.pop();
    if (!last) return note("There is nothing to undo.");
    const { about, letter } = last;
    note(`Undone: picture ${about.place + 1} is ${SAID[letter]} again.`);
    put(about, letter);
    if (!list.includes(about.place)) filtered("");
    go(list.indexOf(about.place));
  }

  // -- where we are ----------------------------------------------------------------------------

  /** @param {number} to @param {boolean} [stays] whether the strip stays where it is */
  function go(to, stays) {
    typed();
    at = Math.max(0, Math.min(to, list.length));
    film.show(at, stays);
    draw();
    clearTimeout(speaking);
    speaking = setTimeout(speak, SPOKEN);
  }

  function speak() {
    const where = place();
    if (where == null) say(stage.el.getAttribute("aria-label") ?? "");
    else if (known.has(where)) say(`Picture ${where + 1} of ${letters.length}, ${SAID[letters[where]]}: ${known.get(where)?.alt}`);
  }

  /** @param {string} letter */
  function choose(letter) {
    filtered(letter);
    const first = letter ? 0 : open(-1);
    go(first < list.length ? first : 0);
    stage.el.focus();
  }

  /** @param {string} letter */
  function filtered(letter) {
    filter = letter;
    list = [...letters.keys()].filter((one) => !letter || letters[one] === letter);
    film.reset(list);
    counts();
  }

  function draw() {
    const where = place();
    if (where == null) ending();
    else {
      const about = known.get(where);
      stage.show(where, letters[where], about);
      set(stage.el, { label: `Picture ${where + 1} of ${letters.length}, ${SAID[letters[where]]}` });
      const rows = about ? [["picture", `${num(where + 1)} of ${num(letters.length)}`], ...about.rows] : [];
      fill(facts, ...rows.flatMap(([name, value]) => [h("dt", h("bdi", name)), h("dd", { dir: "auto" }, value)]));
      const text = captions.get(where) ?? about?.caption ?? "";
      if (caption.value !== text) caption.value = text;
      fill(others, ...((isOpen && about?.others) || []).map(([judge, verdict, words]) =>
        h("li", h("bdi", judge), h("span", { "data-v": verdict[0] ?? "." }, { keep: "keeps it", reject: "rejects it" }[verdict] ?? "has not decided"), words && h("bdi.note", `“${words}”`))));
    }
    const is = letters[where];
    set(reject, { "aria-pressed": is === "r" });
    set(keepIt, { "aria-pressed": is === "k" });
    caption.disabled = where == null;
    prefetch();
  }

  /** All is decided, or the filter leaves nothing. */
  function ending() {
    const [kept, rejected] = ["k", "r"].map(count);
    const isDone = kept + rejected === letters.length;
    const word = FILTERS.find(([letter]) => letter === filter)?.[1].toLowerCase();
    const text = !list.length ? `No picture is ${word}.` : isDone ? `All ${many(letters.length)} are decided.` : "That was the last one.";
    const rest = isDone && `${num(kept)} kept, ${num(rejected)} rejected`;
    const next = FILTERS.filter(([letter]) => letter && letter !== filter && count(letter)).map(([letter, name]) =>
      h("button.btn", () => choose(letter), `Look through ${name.toLowerCase()}`));
    stage.tell(h("b", text), rest ? h("span", rest) : "", h("div.next", ...next));
    set(stage.el, { label: join(text, rest) });
    fill(facts);
    fill(others);
    caption.value = "";
    if (isDone && told.others) agreement();
  }

  // -- what comes from Python --------------------------------------------------------------------

  /** The places that are likely to be looked at, the next ones first. */
  function near() {
    const found = new Set([list[at], list[at + 1]]);
    for (let to = at + 1; to < list.length && found.size < READY; to++) if (letters[list[to]] === "." || filter === "k" || filter === "r") found.add(list[to]);
    for (let to = 0; to < at && found.size < READY; to++) if (letters[list[to]] === ".") found.add(list[to]);
    for (const to of [at - 1, at + 2, at - 2]) found.add(list[to]);
    return [...found].filter((one) => one != null);
  }

  /** Whether all that is to be shown of a picture is here. @param {number} one */
  const knows = (one) => known.has(one) && (!isOpen || known.get(one)?.isOpen);

  /** Asks for what is missing of them, several at once; what does not come is asked for again. */
  function prefetch() {
    clearTimeout(late);
    const wanted = near();
    const moment = performance.now();
    const missing = wanted.filter((one) => !knows(one) || !stage.has(one));
    const news = missing.filter((one) => moment - (asked.get(one) ?? -LATELY) >= LATELY);
    if (missing[0] === place() && missing[0] != null) late = setTimeout(prefetch, LATELY);
    if (news.length < FEW && !news.some((one) => wanted.indexOf(one) < FEW)) return;
    for (const one of news) asked.set(one, moment);
    const [unknown, unseen] = [news.filter((one) => !knows(one)), news.filter((one) => !stage.has(one))];
    if (unknown[0] != null) ask(unknown);
    if (unseen[0] != null) link.ask("look", { view, places: unseen }, 2).catch(() => {});
  }

  /** @param {number[]} places */
  function ask(places) {
    const shows = isOpen;
    link.ask("about", { places, others: shows }, 4).then(([{ pictures }]) => {
      for (const one of pictures) known.set(one.place, { ...one, isOpen: shows });
      for (const old of known.keys()) {
        if (known.size <= KNOWN) break;
        known.delete(old);
      }
      if (places.includes(place())) draw();
    }, () => {});
  }

  function agreement() {
    link.ask("agreement", {}, 3).then(([{ pairs: found }]) => fill(pairs, ...found.map((/** @type {Pair} */ one) => pairOf(one, told.judge))), () => {});
  }

  /** Shows what others say, or hides it. @param {boolean} on */
  function show(on) {
    isOpen = on;
    const who = told.others === 1 ? "the other reviewer says" : `${told.others} other reviewers say`;
    write(reveal, on ? "Hide what others say" : `Show what ${who}`);
    set(reveal, { "aria-pressed": on });
    reveal.hidden = !told.others;
    asked.clear();
    fill(pairs);
    if (on) agreement();
    draw();
  }

  /** @param {[number, string][]} changes */
  function take(changes) {
    for (const [one, letter] of changes) if (!decisions.waits(known.get(one)?.id)) letters[one] = letter;
    counts();
    film.soon();
  }

  function counts() {
    const [kept, rejected] = ["k", "r"].map(count);
    const left = letters.length - kept - rejected;
    const parts = /** @type {[string, number][]} */ ([["k", kept], ["r", rejected], [".", left]]);
    fill(bar, ...parts.filter(([, size]) => size).map(([letter, size]) => h("i", { "data-v": letter, "--part": size })));
    /** @type {Record<string, number>} */
    const sizes = { "": letters.length, k: kept, r: rejected, ".": left };
    for (const { letter, button, figure } of filters) {
      write(figure, num(sizes[letter]));
      set(button, { "aria-pressed": letter === filter });
    }
    write(head, `${num(kept + rejected)} of ${num(letters.length)} decided${pace.left(left)}`);
  }

  // -- captions --------------------------------------------------------------------------------

  /** Keeps what was typed. */
  function typed() {
    clearTimeout(typing);
    const where = place();
    const about = where == null ? undefined : known.get(where);
    if (!about || caption.disabled || caption.value === (captions.get(where) ?? about.caption)) return;
    captions.set(where, caption.value);
    decisions.put(about.id, { caption: caption.value.trim() });
  }

  set(caption, {
    oninput() {
      clearTimeout(typing);
      typing = setTimeout(typed, TYPED);
    },
    onblur: typed,
  });

  function enlarge() {
    const where = place();
    const about = known.get(where);
    if (!about || !stage.has(where)) return;
    const { width, height, alt } = about;
    const pic = { id: `${where}`, key: "", index: where, width, height, alt, url: stage.url(where) };
    ui.open([pic], pic, stage.el);
  }
  ui.name = ({ index }) => `Picture ${index + 1}`;

  // -- keys --------------------------------------------------------------------------------------

  const all = h(
    "div.review",
    h("div.top", title, head, badge, h("span.push"), line),
    bar,
    h("div.filters", { role: "group", label: "Show" }, ...filters.map(({ button }) => button)),
    h(
      "div.desk",
      h("div.sight", stage.el, film.el),
      h("div.side", h("div.pair", reject, keepIt), h("div.keys", later, back, undo), label, facts, h("div.said", reveal, others, pairs)),
    ),
    unsaved,
  );

  /** Which arrow keeps: the one that points where one reads on. */
  const forward = () => (ahead(all) > 0 ? "ArrowRight" : "ArrowLeft");

  /** What a key does; what is typed or chosen in a field stays there. @param {KeyboardEvent} event @returns {(() => void) | undefined} */
  function actOf({ key, target }) {
    if (target === caption) return key === "Escape" || key === "Enter" ? () => stage.el.focus() : undefined;
    if (key === "ArrowRight" || key === "ArrowLeft") return () => decide(key === forward() ? "k" : "r");
    if (key === "Enter" && target === stage.el) return enlarge;
    return {
      ArrowDown: pass,
      ArrowUp: () => go(at - 1),
      Home: () => go(0),
      End: () => go(list.length - 1),
      z: takeBack,
      c: () => caption.focus(),
    }[key.length > 1 ? key : key.toLowerCase()];
  }
  const isMany = (/** @type {string} */ key) => key === "ArrowUp" || key === "ArrowDown";

  all.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (!isPlain(event) || (event.target === caption && event.shiftKey)) return;
    const act = actOf(event);
    if (!act) return;
    event.preventDefault();
    // A key that is held decides once.
    if (!event.repeat || isMany(event.key)) act();
  });
  stage.el.ondblclick = enlarge;

  atEnd(ui.signal, () => [typing, speaking, late].forEach(clearTimeout));

  link.on.thumbs = ({ pictures }, parts) =>
    pictures.forEach((/** @type {any} */ { id }, /** @type {number} */ i) => film.thumb(+id, parts[i]));
  link.on.shots = ({ pictures }, parts) => {
    let isHere = false;
    pictures.forEach((/** @type {any} */ { id, gone }, /** @type {number} */ i) => (isHere = stage.take(+id, parts[i], gone) || isHere));
    if (isHere) draw();
  };
  link.on.judged = ({ changes }) => {
    take(changes);
    if (changes.some((/** @type {[number, string]} */ [one]) => one === place())) draw();
  };

  return {
    nodes: [all],
    welcome(/** @type {any} */ now) {
      const isNew = !letters.length;
      const own = letters;
      letters = [...now.letters];
      // What is decided here and not taken yet stands.
      for (const [one, about] of known) if (own[one] && decisions.waits(about.id)) letters[one] = own[one];
      told = now;
      write(badge, now.simulated ? "Simulated" : "");
      badge.hidden = !now.simulated;
      fill(title, "Review by ", h("bdi", now.judge));
      asked.clear();
      decisions.welcome(now);
      if (isNew) {
        filtered("");
        show(false);
        go(open(-1));
        set(keepIt, { "aria-keyshortcuts": forward() });
        set(reject, { "aria-keyshortcuts": forward() === "ArrowRight" ? "ArrowLeft" : "ArrowRight" });
      } else {
        counts();
        film.soon();
        draw();
      }
    },
    state(live) {
      flag(all, "away", !live);
    },
    mark() {},
  };
}

const reviewView = {
  /** @param {Context} context */
  render: (context) => openView(context, "review", "Review of pictures", review),
};

export default reviewView;
