/** The controls that the composer is built from: native ones, each with its word. */
import { h, icon } from "../../base/static/dom.js";

/** A box of the proportion, equal in area to all others. @param {number[]} [pixels] */
export const shapeOf = ([width, height] = []) => ({
  "--w": Math.sqrt(width / height || 1),
  "--h": Math.sqrt(height / width || 1),
});

/** One control with its label. @param {string} word @param {...any} controls */
export const field = (word, ...controls) => h("label.field", h("span.label", word), ...controls);

/** Several controls under one word, which they say themselves. @param {string} word @param {any} box */
export const group = (word, box) => h("div.field", h("span.label", word), box);

/** @param {string} name @param {string} value */
export const radio = (name, value) => h("input", { type: "radio", name, value });

/** @param {string} name */
export const number = (name) => h("input.num", { type: "number", name });

/** @param {string} name @param {string} word */
export const select = (name, word) => field(word, h("span.select", h("select", { name }), icon("down")));

/** @param {string} value */
export const option = (value) => h("option", value);
