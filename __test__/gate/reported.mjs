/**
 * What the tool itself reports as not carried over may be missing: then nobody is told "ok" about it. Only what Gen 2
 * lacks can be excused this way, never what it grants or changes.
 */

const ALLOWED = { id: 'reported', reason: 'The tool reports that this Gen 1 resource is not carried over.' };

/**
 * @param {import('./gate.mjs').GateReport} report its comparisons are changed in place
 * @param {string[]} logicalIds of the Gen 1 root's nested stacks that were reported, such as `predictionslabels`
 */
export function excuseReported({ resources, functions, permissions }, logicalIds) {
  const comesFrom = (value) => logicalIds.some((id) => (JSON.stringify(value) ?? '').includes(`/${id}/`));
  const excuse = (list, isExcused) => {
    for (const one of list) if (!one.allowed && isExcused(one)) one.allowed = ALLOWED;
  };
  excuse([...resources.unpaired, ...permissions.unpaired], (one) => one.generation === 1 && comesFrom(one.place));
  excuse(
    permissions.differences,
    (one) => one.direction === 'missing' && (comesFrom(one.source) || comesFrom(one.resource)),
  );
  excuse(permissions.eventSources, (one) => one.direction === 'missing' && comesFrom(one.source));
  excuse(functions.differences, (one) => comesFrom(one.gen1));
  settle({ resources, functions, permissions });
}

/**
 * @param {import('./handlers.mjs').HandlerCheck[]} handlers changed in place
 * @param {string[]} functions that were reported as lacking files that they read when they load
 */
export function excuseHandlers(handlers, functions) {
  for (const one of handlers)
    if (one.status === 'failed' && functions.includes(one.function) && one.reason?.includes('ENOENT'))
      Object.assign(one, { status: 'not-checked', reason: 'The tool reports that it reads files of its own.' });
}

function settle({ resources, functions, permissions }) {
  const allAllowed = (...lists) => lists.every((list) => list.every((one) => one.allowed));
  resources.ok =
    allAllowed(resources.differences, resources.unpaired) &&
    resources.retention.length === 0 &&
    resources.models.length === 0;
  functions.ok = allAllowed(functions.differences);
  permissions.ok = allAllowed(permissions.differences, permissions.eventSources, permissions.unpaired);
}
