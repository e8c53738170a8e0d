/** Cells of the tables that say which test fails under which change. */

/** @param {string} text */
export function cell(text) {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/** @param {import('./changed-copy.mjs').Change} change */
export function changeText({ file, from, to }) {
  return `\`${file}\`: ${code(from)} → ${to === '' ? 'nothing' : code(to)}`;
}

/** @param {string} text */
function code(text) {
  const short = text.replace(/\s+/g, ' ').trim();
  return `\`${short.length > 90 ? `${short.slice(0, 90)}…` : short}\``.replace(/^`(.*`.*)`$/, '`` $1 ``');
}
