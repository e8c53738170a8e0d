/** What can happen to a call, and how the stand-in cloud is told. */

/**
 * @typedef {'refused'|'throttled'|'server-error'|'cut-before'|'cut-after'|'killed-before'|'killed-after'} FaultKind
 *
 * @typedef {object} PlannedFault
 * @property {FaultKind} kind
 * @property {number} index of the call, from 1
 * @property {number} [times] how many calls in a row it strikes (default 1); a process dies only once
 * @property {boolean} [reads] count calls that read, too
 */

/** Kinds with what the stand-in calls them. @type {Record<FaultKind, import('../support/cloud.mjs').Fault['kind']>} */
const STAND_IN_KINDS = {
  refused: 'refuse',
  throttled: 'throttle',
  'server-error': 'error500',
  'cut-before': 'drop-before',
  'cut-after': 'drop-after',
  'killed-before': 'hang',
  'killed-after': 'hang-after',
};

export const FAULT_KINDS = /** @type {FaultKind[]} */ (Object.keys(STAND_IN_KINDS));

/** The tool dies while it waits for the answer of the call. @param {PlannedFault} fault */
export function kills({ kind }) {
  return kind.startsWith('killed');
}

/** @param {PlannedFault} fault @returns {import('../support/cloud.mjs').Fault} */
export function standInFault({ kind, index, times = 1, reads = false }) {
  return {
    ...(reads ? { action: '.*' } : { mutating: true }),
    kind: STAND_IN_KINDS[kind],
    from: index,
    times,
  };
}

/** For people, and part of the name of a case. @param {PlannedFault} fault */
export function describeFault({ kind, index, times = 1, reads = false }) {
  return `${kind}@${index}${times > 1 ? `x${times}` : ''}${reads ? '(any call)' : ''}`;
}
