/** What was shown and what is next: votes, skipped pairs, and the way back. */
import { token } from "../../base/static/dom.js";
import { ballotBox } from "./ballots.js";

/** Pairs that are ready; with fewer more are asked for. */
const FEW = 9;
/** How long after a question that got no answer the next is asked. */
const REST = 2000;
/** Votes that are known by name; fewer than a standing names. */
const CAST = 50;
/** @type {Record<Ballot["outcome"], string>} */
const SAID = { left: "Left.", right: "Right.", tie: "No difference." };

/** The names of a pair's pictures. @param {Contest} pair */
const ids = ({ left, right }) => [left.id, right.id];

/**
 * @param {Deck} ui
 * @param {Note} note
 * @param {() => void} changed called when another pair is next, or more votes are on their way
 */
export function course({ link, say, signal }, note, changed) {
  /** The last votes of this page, and the names of those that the standing in view counts. @type {Map<string, Ballot>} */
  const cast = new Map();
  /** @type {Set<string>} */
  let counted = new Set();
  const box = ballotBox(link, note, (vote) => cast.delete(vote) && changed());
  /** The pairs to come; the first is in view. @type {Contest[]} */
  let queue = [];
  /** What was done here, the last thing last; a skipped pair has no ballot. @type {{ pair: Contest, ballot?: Ballot }[]} */
  const done = [];
  let isAsking = false;

  /** @param {Ballot} ballot */
  function put(ballot) {
    cast.set(ballot.vote, ballot);
    for (const vote of [...cast.keys()].slice(0, -CAST)) cast.delete(vote);
    box.put(ballot);
  }

  /** Asks for more pairs before they run out. */
  async function refill() {
    if (isAsking || queue.length >= FEW) return;
    isAsking = true;
    try {
      const [{ pairs }] = await link.ask("pairs", { held: queue.map(ids) }, 3);
      queue.push(...pairs);
    } catch {
      // A kernel that is busy answers later.
      if (!signal.aborted) setTimeout(refill, REST);
    }
    isAsking = false;
    changed();
  }

  /** Goes on to the next pair. @param {string} said @param {Ballot} [ballot] */
  function go(said, ballot) {
    const pair = /** @type {Contest} */ (queue.shift());
    done.push({ pair, ballot });
    say(said);
    changed();
    refill();
  }

  return {
    get queue() {
      return queue;
    },
    /** How many votes more than the standing counts: an answer and the standing that follows it may come in any order. */
    get pending() {
      let more = 0;
      for (const { vote, withdrawn } of cast.values()) more += (withdrawn ? 0 : 1) - (counted.has(vote) ? 1 : 0);
      return more;
    },
    get canUndo() {
      return !!done[0];
    },
    /** @param {Ballot["outcome"]} outcome */
    vote(outcome) {
      const [left, right] = ids(queue[0]);
      const ballot = { vote: token() + token(), left, right, outcome, withdrawn: false };
      put(ballot);
      go(SAID[outcome], ballot);
    },
    skip() {
      if (!queue[0]) return;
      const [left, right] = ids(queue[0]);
      link.ask("skip", { left, right }, 3).catch(() => {});
      go("Skipped.");
    },
    /** Takes back what was done last here; before that, what this judge voted last. */
    async undo() {
      const last = done.pop();
      let pair = last?.pair;
      if (last?.ballot) {
        put({ ...last.ballot, withdrawn: true });
      } else if (!last) {
        try {
          [{ pair }] = await link.ask("undo");
        } catch (/** @type {any} */ { message }) {
          return note(message, true);
        }
        if (!pair) return note("There is no vote to take back.");
      }
      queue.unshift(/** @type {Contest} */ (pair));
      say("Taken back.");
      changed();
    },
    /** Another standing is here. @param {Standing} standing */
    counts(standing) {
      counted = new Set(standing.counted);
    },
    /** A kernel has answered: what it was not told is told. @param {Ranked} told */
    open({ pairs, ballot, standing }) {
      if (!queue[0]) queue = pairs;
      counted = new Set(standing.counted);
      box.open(ballot);
      for (const one of box.waiting) cast.set(one.vote, one);
    },
  };
}
