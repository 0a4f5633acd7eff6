/** Our icons as the host draws them: in its own colours. */

const DRAWN = {
  /** Landscape in a frame, with a spark: the studio, and what we are. */
  studio:
    '<path class="jp-icon3" fill="#616161" d="M3 4h9v2H4v9.6l4.2-4.2 3.3 3.3 2-2L18 17.2V10h2v10H2V4zm15.5-3l1.1 2.9 2.9 1.1-2.9 1.1-1.1 2.9-1.1-2.9L14.5 5l2.9-1.1z"/>',
  panel:
    '<path class="jp-icon3" fill="#616161" d="M3 4h18v16H3zm2 2v9.6l4.2-4.2 3.3 3.3 2-2L19 17.2V6z"/>',
};

/**
 * @param {any} components `@jupyterlab/ui-components`
 * @param {keyof typeof DRAWN} name
 */
export function hostIcon(components, name) {
  const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">${DRAWN[name]}</svg>`;
  return new components.LabIcon({ name: `evolink-widgets:${name}`, svgstr });
}
