/** Collects what was paid for: in the kernel of the notebook in sight, or in one that lives as long as it takes. */
import { run, startSession } from "./kernel.js";

const COLLECTING = `
def _evolink_collect():
    import evolink_widgets as ew
    tasks = ew.recover()
    pictures, open_ = 0, 0
    for task in tasks:
        try:
            pictures += len(task.result(timeout=600))
        except ew.EvolinkError:
            open_ += 1
    print(f"{pictures} {open_}")
_evolink_collect()
del _evolink_collect
`;

/** @param {number} count @param {string} word */
const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

/**
 * @param {Host} host
 * @param {{ cwd?: string }} args a folder, where it is not the one that a person is in
 */
export async function collect({ app, load, notebooks, files }, { cwd }) {
  const { Notification } = await load("@jupyterlab/apputils");
  const id = Notification.emit("Collecting paid pictures…", "in-progress", { autoClose: false });
  const tell = (/** @type {string} */ message, /** @type {string} */ type) =>
    Notification.update({ id, message, type, autoClose: 6000 });
  const own = cwd === undefined && notebooks?.currentWidget?.sessionContext?.session?.kernel;
  let session;
  try {
    if (!own) session = await startSession(app, cwd ?? files?.tracker?.currentWidget?.model.path ?? "", "Collecting");
    const [pictures, open] = (await run(own || session.kernel, COLLECTING)).trim().split(/\s+/).slice(-2).map(Number);
    const rest = open ? ` ${counted(open, "task")} can't be collected yet: the side panel says why.` : "";
    tell(pictures ? `${counted(pictures, "picture")} collected.${rest}` : rest.trim() || "Nothing is out: every paid picture is here.", open ? "warning" : "success");
  } catch (error) {
    tell(/** @type {Error} */ (error).message, "error");
  } finally {
    session?.shutdown().catch(() => {});
  }
}
