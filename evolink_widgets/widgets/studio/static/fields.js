/** What the composer's controls ask for, by Python's names, and how it is held against the model's traits. */

/** The traits that the controls stand for. */
export const FIELDS = ["prompt", "size", "resolution", "quality", "n", "model", "references"];

/** @param {unknown} a @param {unknown} b */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * The form's own controls hold what is asked; nothing is kept twice.
 * @param {Model} model
 * @param {any} controls those of the form, by their names
 * @param {any} sizes the size picker
 * @param {Tray} tray
 */
export function formFields(model, controls, sizes, tray) {
  /** Values of Python's that no control can show; they are asked for all the same. @type {Partial<Fields>} */
  let unshown = {};
  let isTyped = false;

  /** What the controls say. @returns {any} */
  const read = () => ({
    prompt: controls.prompt.value,
    ...sizes.read(),
    quality: controls.quality.value,
    n: controls.n.value && +controls.n.value,
    model: controls.model.value,
    references: tray.read(),
  });

  /** What is asked. */
  const asked = () => ({ ...read(), ...unshown });

  /** Makes a control say something. @param {string} name @param {any} value */
  function put(name, value) {
    if (name === "size" || name === "resolution") sizes.put(name, value);
    else if (name === "references") tray.put(value ?? []);
    else controls[name].value = value;
  }

  return {
    read,
    asked,
    put,
    /** Takes a value that Python has set. @param {string} name @returns {boolean} whether another was asked for */
    follow(name) {
      const value = model.get(name);
      if (same(asked()[name], value)) return false;
      put(name, value);
      const { [name]: _, ...others } = /** @type {any} */ (unshown);
      unshown = same(read()[name], value) ? others : { ...others, [name]: value };
      return true;
    },
    /** Something was typed or pressed. */
    typed() {
      isTyped = true;
      unshown = {};
    },
    /** Tells Python what was typed, and returns what is asked: nothing before the controls are built. */
    save() {
      if (!controls.quality) return;
      const fields = asked();
      // Set and saved in one go: an echo that comes while a person types must find nothing newer.
      if (isTyped) for (const name in fields) if (fields[name] !== "") model.set(name, fields[name]);
      isTyped = false;
      model.save_changes();
      return fields;
    },
  };
}
