'use strict';

const { printable } = require('./printable.js');
const { table } = require('./table.js');

const EFFECTS = {
  replace: 'replaced',
  refused: 'refused',
  unknown: 'not known',
  unprotected: 'unprotected',
  interrupt: 'users notice',
  harmless: 'harmless',
};
const WEIGHTIEST_FIRST = /** @type {import('../../index.js').ChangeEffect[]} */ (Object.keys(EFFECTS));

/**
 * What the next Gen 2 deployment does to the resources that move, one table for each; what nobody notices is only counted.
 * @param {import('../../index.js').PredictedChange[]} changes
 * @param {import('../host/host.js').Host} host
 */
function renderNextDeployment(changes, { style, width }) {
  const lines = [style.bold('Next Gen 2 Deployment')];
  for (const [resource, all] of byResource(changes)) {
    const told = all
      .filter(({ effect }) => effect !== 'harmless')
      .sort((a, b) => WEIGHTIEST_FIRST.indexOf(a.effect) - WEIGHTIEST_FIRST.indexOf(b.effect));
    const harmless = all.length - told.length;
    const rest = harmless > 0 ? `${harmless} harmless ${harmless === 1 ? 'change' : 'changes'}` : '';
    lines.push('', printable(resource));
    if (told.length > 0) lines.push(indent(changeTable(told, width && width - 3)));
    if (rest) lines.push(`   ${style.dim(told.length > 0 ? `and ${rest}` : rest)}`);
  }
  return lines.join('\n');
}

/**
 * @param {import('../../index.js').PredictedChange[]} changes
 * @param {number} [width]
 */
function changeTable(changes, width) {
  return table(
    ['Property', 'Now', 'Then', 'Effect'],
    changes.map(({ property, before, after, effect, avoidedByPostRefactor, note }) => [
      property,
      before ?? '—',
      after ?? '—',
      [EFFECTS[effect], avoidedByPostRefactor ? 'unless postRefactor() is called' : note].filter(Boolean).join(': '),
    ]),
    width,
  );
}

/** @param {import('../../index.js').PredictedChange[]} changes */
function byResource(changes) {
  /** @type {Map<string, import('../../index.js').PredictedChange[]>} */
  const resources = new Map();
  for (const change of changes) {
    const resource = `${change.group}: ${change.resourceType} ${change.physicalId}`;
    resources.set(resource, [...(resources.get(resource) ?? []), change]);
  }
  return resources;
}

/** @param {string} text */
function indent(text) {
  return text.replace(/^/gm, '   ');
}

module.exports = { renderNextDeployment };
