/** What is looked for: words, favourites and the trash in sight; size, quality, kind and time folded. */
import { fill, h, icon, set, write } from "../../base/static/dom.js";

/** Traits that a field stands for; null is "any". @type {Record<string, string>} */
const FIELDS = { size: "Size", quality: "Quality", model: "Model", notebook: "Notebook", library: "Where", simulated: "Kind", since: "From", until: "To" };
const FOLDED = Object.keys(FIELDS);
const NAMES = ["text", "favourite", "trashed", ...FOLDED, "recorded"];
const KINDS = { true: "Simulated", false: "From the service", recorded: "Recorded" };
/** How long a person must have stopped typing. */
const REST = 250;

/** A day as date fields write it, here where the browser is: Swedes write it so, too. @param {number} seconds */
const dayOf = (seconds) => new Date(seconds * 1000).toLocaleDateString("sv");

/** @param {Deck} ui @param {() => void} changed @returns {Filters} */
export function filtersOf({ model, listen }, changed) {
  const get = (/** @type {string} */ name) => model.get(name),
    put = (/** @type {Record<string, any>} */ values) => {
      for (const name in values) model.set(name, values[name]);
      model.save_changes();
    },
    toggle = (/** @type {string} */ name, /** @type {string} */ sign, /** @type {string} */ word) =>
      h("button.chip", () => put({ [name]: !get(name) }), icon(sign), word),
    words = h("input.find", { type: "search", label: "Search prompts", placeholder: "Search prompts", dir: "auto" }),
    say = h("span"),
    favourite = toggle("favourite", "star", "Favourites"),
    trashed = toggle("trashed", "trash", "Trash"),
    more = h(
      "button.chip",
      () => {
        tray.hidden = !tray.hidden;
        draw();
      },
      say,
      icon("down"),
    ),
    boxes = FOLDED.map((name) => {
      const timed = /since|until/.test(name),
        box = h(timed ? "input" : "select", {
          type: timed ? "date" : null,
          onchange() {
            const { value } = box,
              // "To" a day means to its end.
              at = timed && Date.parse(`${value}T${name === "until" ? 24 : "00"}:00`) / 1000;
            if (name === "simulated") putKind(value);
            else put({ [name]: value ? at || value : null });
          },
        });
      return box;
    }),
    tray = h(
      "div.sieve",
      { role: "group", label: "Filters", hidden: true },
      ...boxes.map((box, i) => h("label.by", h("span.label", FIELDS[FOLDED[i]]), box)),
    ),
    el = h("fieldset.filters", h("div.seek", h("span.glass", icon("search"), words), favourite, more, trashed), tray),
    /** A kind is two traits: what a cassette replayed is neither the emulator's nor the service's. @param {string} value */
    putKind = (value) =>
      put({
        simulated: value === "true" || value === "false" ? value === "true" : null,
        recorded: value === "recorded" || (value && facets.recorded?.[0] ? false : null),
      }),
    kind = () => (get("recorded") ? "recorded" : get("simulated")),
    active = () => FOLDED.filter((name) => (name === "simulated" ? kind() : get(name)) != null),
    draw = () => {
      const { length } = active();
      write(say, length ? `Filters · ${length}` : "Filters");
      set(more, { "aria-expanded": !tray.hidden });
      set(favourite, { "aria-pressed": get("favourite") });
      set(trashed, { "aria-pressed": get("trashed") });
      if (!typing && words.value !== get("text")) words.value = get("text");
      FOLDED.forEach((name, i) => {
        const box = boxes[i],
          value = name === "simulated" ? kind() : get(name);
        if (box.type === "date") return (box.value = value == null ? "" : dayOf(value - (name === "until" ? 1e-3 : 0)));
        const known = name === "simulated" ? ["true", "false", ...(facets.recorded ?? [])] : (facets[name] ?? []),
          all = value == null || known.includes(`${value}`) ? known : [value, ...known],
          look = all.join("\n");
        // Options are made anew only where they differ: one may be open.
        if (box.look !== (box.look = look))
          fill(box, ...["", ...all].map((one) => h("option", { value: one }, /** @type {any} */ (KINDS)[one] ?? (one || "Any"))));
        box.value = `${value ?? ""}`;
        box.parentElement.hidden = value == null && !all[1];
      });
    };
  /** @type {Facets} */
  let facets = {},
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    typing,
    queued = false;

  words.oninput = () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      typing = undefined;
      put({ text: words.value });
    }, REST);
  };
  // However many traits change at once, others are looked for once.
  for (const name of NAMES)
    listen(`change:${name}`, () => {
      draw();
      if (!queued) queueMicrotask(() => ((queued = false), changed()));
      queued = true;
    });
  draw();

  return {
    el,
    query: () => Object.fromEntries(NAMES.map((name) => [name, get(name)])),
    open: () => !get("text").trim() && !get("favourite") && !active()[0],
    clear() {
      // What is still being typed is cleared, too.
      clearTimeout(typing);
      typing = undefined;
      put({ text: "", favourite: false, ...Object.fromEntries([...FOLDED, "recorded"].map((name) => [name, null])) });
      words.focus();
    },
    know(next) {
      facets = next;
      draw();
    },
  };
}
