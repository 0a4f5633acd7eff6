/** Which cell stands where: two axes across and down, every other at one of its levels. */

/** @param {Model} model */
export function layoutOf(model) {
  /** @type {Axis[]} */
  let axes = [];
  /** How far apart in the crossing two levels of an axis are that follow one another. @type {number[]} */
  let strides = [];

  const find = (/** @type {string} */ name) => axes.findIndex((axis) => axis.name === name);
  /** The axis that a trait names; none where another has it already. @param {"x" | "y"} field */
  const named = (field) => (field === "y" && model.get("y") === model.get("x") ? -1 : find(model.get(field)));
  const facet = () => (["x", "y"].some((one) => model.get(one) === model.get("facet")) ? "" : axes[find(model.get("facet"))]?.name ?? "");
  const levels = (/** @type {number} */ axis) => axes[axis]?.levels ?? [""];
  /** The level in sight of an axis that is neither across nor down. @param {number} axis */
  const levelOf = (axis) => Math.min(Math.max(model.get("at")[axes[axis].name] ?? 0, 0), axes[axis].levels.length - 1);

  return {
    /** @param {Axis[]} told */
    take(told) {
      axes = told;
      strides = axes.map((_, at) => axes.slice(at + 1).reduce((product, axis) => product * axis.levels.length, 1));
    },
    get axes() {
      return axes;
    },
    get across() {
      return levels(named("x"));
    },
    get down() {
      return levels(named("y"));
    },
    levelOf,
    facet,
    name: (/** @type {"x" | "y"} */ field) => axes[named(field)]?.name ?? "",
    /** The axes that are neither across nor down and have a choice; the facet comes first. */
    rest: () =>
      axes
        .map((_, at) => at)
        .filter((at) => at !== named("x") && at !== named("y") && axes[at].levels.length > 1)
        .sort((a, b) => +(axes[b].name === facet()) - +(axes[a].name === facet())),
    /** The cell's number in the crossing. @param {number} row @param {number} column */
    place(row, column) {
      const [x, y] = [named("x"), named("y")];
      return axes.reduce((sum, _, at) => sum + strides[at] * (at === x ? column : at === y ? row : levelOf(at)), 0);
    },
    /** Sets an axis across, down or facet; one that had it takes its place. @param {"x" | "y" | "facet"} field @param {string} name */
    put(field, name) {
      const other = ["x", "y", "facet"].find((one) => one !== field && name && model.get(one) === name);
      if (other) model.set(other, other === "x" && !model.get(field) ? axes.find((axis) => axis.name !== name)?.name ?? "" : model.get(field));
      model.set(field, name);
      model.save_changes();
    },
    /** @param {number} axis @param {number} level */
    turn(axis, level) {
      model.set("at", { ...model.get("at"), [axes[axis].name]: level });
      model.save_changes();
    },
  };
}
