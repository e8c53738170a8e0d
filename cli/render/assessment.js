'use strict';

const { printable } = require('./printable.js');
const { table } = require('./table.js');

const MARKS = { supported: '✔', unsupported: '✘', 'not-needed': '—' };

/**
 * The two tables of the migration guide.
 * @param {import('../../index.js').Assessment} assessment
 * @param {import('../host/host.js').Host} host
 */
function renderAssessment({ appName, environment, resources, features }, { style, width }) {
  const paint = (/** @type {string} */ text) => {
    if (text.startsWith(MARKS.supported)) return style.green(text);
    return text.startsWith(MARKS.unsupported) ? style.red(text) : text;
  };
  const title = appName ? `"${appName}" (env: ${environment})` : `environment "${environment}"`;
  const lines = [style.bold(printable(`Assessment For Migrating ${title}`)), '', style.bold('Resources'), ''];
  lines.push(
    resources.length === 0
      ? 'The environment has no resources.'
      : table(
          ['Category', 'Service', 'Resource', 'Generate', 'Refactor'],
          resources.map(({ category, service, resource, generate, refactor }) => [
            category,
            service,
            resource,
            cell(generate),
            cell(refactor),
          ]),
          width,
          paint,
        ),
  );
  if (features.length > 0) {
    lines.push('', style.bold('Advanced Features'), '');
    lines.push(
      table(
        ['Name', 'Path', 'Generate', 'Refactor'],
        features.map(({ name, path, generate, refactor }) => [name, path, cell(generate), cell(refactor)]),
        width,
        paint,
      ),
    );
  }
  lines.push('', style.dim('✔ supported (executed) · ✘ unsupported (skipped) · — not needed for this step (skipped)'));
  return lines.join('\n');
}

/** @param {import('../../index.js').Support} support */
function cell({ status, reason }) {
  return reason ? `${MARKS[status]} ${reason}` : MARKS[status];
}

module.exports = { renderAssessment };
