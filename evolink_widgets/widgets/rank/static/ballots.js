/** Votes on their way to Python: each is told until it is kept, also by the next view of the same page. */

/** How often one is told before it is said that there is no answer; and how long it rests then. */
const TELLS = 3;
const UNTOLD = 5000;

/** What a page keeps for the time after a reload; some hosts keep nothing. @param {string} name @param {Ballot[]} [ballots] @returns {Ballot[]} */
function kept(name, ballots) {
  try {
    if (ballots) sessionStorage.setItem(name, JSON.stringify(ballots));
    return ballots ?? JSON.parse(sessionStorage.getItem(name) ?? "[]");
  } catch {
    return ballots ?? [];
  }
}

/**
 * @param {Link} link
 * @param {(said: string, bad?: boolean) => void} note tells what became of a vote, where it is not simply kept
 * @param {(vote: string) => void} refused hears of one that will never be a vote
 */
export function ballotBox(link, note, refused) {
  /** Oldest first. @type {Map<string, Ballot>} */
  const waiting = new Map();
  /** @type {Set<Ballot>} */
  const told = new Set();
  let name = "";

  const keep = () => name && kept(name, [...waiting.values()]);

  /** @param {Ballot} ballot */
  async function tell(ballot) {
    if (told.has(ballot)) return;
    told.add(ballot);
    try {
      const [answer] = await link.ask("vote", { ...ballot }, TELLS);
      // Taken back meanwhile, it is another ballot under the same name.
      if (waiting.get(ballot.vote) === ballot) waiting.delete(ballot.vote);
      if (answer.text) refused(ballot.vote);
      note(answer.text ?? "");
    } catch (/** @type {any} */ { message }) {
      // Without words the view has ended: the next one goes on.
      if (message) {
        note(`${message} Your votes are kept here, and told again.`, true);
        setTimeout(() => told.delete(ballot) && waiting.get(ballot.vote) === ballot && tell(ballot), UNTOLD);
        return;
      }
    }
    told.delete(ballot);
    keep();
  }

  return {
    /** Those that Python is not known to keep. */
    get waiting() {
      return [...waiting.values()];
    },
    /** @param {Ballot} ballot */
    put(ballot) {
      waiting.set(ballot.vote, ballot);
      keep();
      tell(ballot);
    },
    /** Tells again what was not answered, by this view or an earlier one. @param {string} ballots the name of where they are kept */
    open(ballots) {
      name = `evolink-votes-${ballots}`;
      for (const one of kept(name)) if (!waiting.has(one.vote)) waiting.set(one.vote, one);
      told.clear();
      for (const one of [...waiting.values()]) tell(one);
    },
  };
}
