/** What can happen to a call, and how the stand-in cloud is told. */

/**
 * @typedef {'refused'|'throttled'|'server-error'|'cut-before'|'cut-after'|'killed-before'|'killed-after'} FaultKind
 *
 * @typedef {object} PlannedFault
 * @property {FaultKind} kind
 * @property {number} index of the call, from 1
 * @property {'changes'|'copies'|'all'} on what is counted: calls that change what is deployed, writes of the journal's copy
 *   (the only conditional ones), or every call, also those that read
 * @property {number} [times] how many calls in a row it strikes (default 1); a process dies only once
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

/** What the stand-in counts. @type {Record<PlannedFault['on'], Partial<import('../support/cloud.mjs').Fault>>} */
export const COUNTED = {
  changes: { mutating: true, conditional: false },
  copies: { mutating: true, conditional: true },
  all: { action: '.*' },
};

/** @param {PlannedFault} fault @returns {import('../support/cloud.mjs').Fault} */
export function standInFault({ kind, index, on, times = 1 }) {
  return {
    ...COUNTED[on],
    kind: STAND_IN_KINDS[kind],
    from: index,
    times,
  };
}

/** For people, and part of the name of a case. @param {PlannedFault} fault */
export function describeFault({ kind, index, on, times = 1 }) {
  return `${kind}@${on}-${index}${times > 1 ? `x${times}` : ''}`;
}
