/** What is told below the pictures: how much of them differs, which words of their prompts, their sizes. */
import { fill, h, make, set, write } from "../../base/static/dom.js";
import { inWords, measured } from "./difference.js";

/** @param {Seen["words"]} words */
const marked = (words) =>
  words.flatMap(([kind, text]) =>
    kind === "same"
      ? [text]
      : [h(`mark.${kind}`, h("span.sr", `${kind}: `), text.trimEnd()), text.slice(text.trimEnd().length)],
  );

/** @param {(text: string) => void} say */
export function findings(say) {
  const [count, sizes, prompt] = make("p.much p.label p.diff");

  return {
    nodes: [count, prompt, sizes],

    /** @param {string} text what is to be known of all of them */
    note: (text) => write(sizes, text),

    /** @param {Seen["words"]} words */
    words(words) {
      fill(prompt, ...(words[0] ? [h("span.label", "Prompt "), ...marked(words)] : []));
      // What scrolls must be reached by keys.
      set(prompt, { tabindex: prompt.scrollHeight > prompt.clientHeight ? 0 : null });
    },

    /** Counts what differs, once both are there. @param {boolean} isAsked @param {Seen} first @param {Seen} other */
    differ(isAsked, first, other) {
      const both = isAsked && first.image && other.image;
      write(count, both ? inWords(measured(/** @type {HTMLImageElement} */ (first.image), both), other.same) : "");
      // Once the files themselves are there, and not of copies that others follow.
      if (both && first.level + other.level === 4) say(count.textContent);
    },
  };
}
