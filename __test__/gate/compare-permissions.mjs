/**
 * Compares what Gen 1's principals may do with what their Gen 2 partners may do: nothing more, nothing less. Gen 1
 * resources count as their Gen 2 partners; besides, the Gen 2 roles must keep the access to the Gen 1 APIs that
 * frontends use until they are moved, because the identity pool hands out the Gen 2 roles from the redeployment on.
 */
import { withAllowance } from './allowance.mjs';
import { ALLOWED_PERMISSION_DIFFERENCES } from './allowed-permission-differences.mjs';
import { covers, expandActions, grantsOfRole, invokersOf, trustOfRole } from './iam.mjs';
import { all } from './pairing.mjs';
import { nameResources, resourceNames } from './resource-names.mjs';

/**
 * @typedef {'wider'|'missing'} Direction
 *
 * @typedef {object} PermissionDifference
 * @property {{kind: import('./pairing.mjs').PairKind, name: string}} principal whose permission it is; of kind `function`
 *   for who may call it
 * @property {'policy'|'trust'|'invocation'} aspect
 * @property {Direction} direction `wider`: Gen 2 grants it and Gen 1 does not, or Gen 1 denies it and Gen 2 does not
 * @property {'Allow'|'Deny'} effect
 * @property {string} action
 * @property {string} resource
 * @property {import('./iam.mjs').ConditionClause[]} condition
 * @property {string} source the policy it comes from
 * @property {boolean} [bridge] access of Gen 1 frontends to a Gen 1 API
 * @property {{id: string, reason: string}} [allowed]
 *
 * @typedef {object} PermissionComparison
 * @property {boolean} ok
 * @property {string[]} compared names of the principals
 * @property {string[]} notCompared roles of Gen 2 that belong to no Gen 1 principal
 * @property {import('./pairing.mjs').Unpaired[]} unpaired principals without a partner
 * @property {PermissionDifference[]} differences
 * @property {EventSourceDifference[]} eventSources
 *
 * @typedef {object} EventSourceDifference
 * @property {string} function
 * @property {Direction} direction
 * @property {string} source a stream, or a schedule, with its settings
 * @property {{id: string, reason: string}} [allowed]
 */

const PRINCIPAL_KINDS = [
  'authenticatedRole',
  'unauthenticatedRole',
  'groupRole',
  'functionRole',
  'smsRole',
  'dataSourceRole',
];
/** Frontends get these roles; a function of Gen 1 keeps its own, whatever Gen 2 does. */
const FRONTEND_KINDS = ['authenticatedRole', 'unauthenticatedRole', 'groupRole'];
const API_KINDS = ['graphqlApi', 'restApi'];
const UNPAIRED_KINDS = new Set([
  ...PRINCIPAL_KINDS,
  'function',
  'apiKey',
  'custom',
  'added',
  'geo',
  'layer',
  ...API_KINDS,
]);

/**
 * @param {import('./pairing.mjs').Pairing} pairing
 * @param {import('./evaluate.mjs').EvaluatedTree} gen1
 * @param {import('./evaluate.mjs').EvaluatedTree} gen2
 * @returns {PermissionComparison}
 */
export function comparePermissions(pairing, gen1, gen2) {
  const words = vocabulary(pairing, gen1, gen2);
  const principals = pairing.pairs.filter((pair) => PRINCIPAL_KINDS.includes(pair.kind));
  const functions = pairing.pairs.filter((pair) => pair.kind === 'function');
  const found = [
    ...principals.flatMap((pair) => [
      ...compareGrants(pair, 'policy', grantsOfRole(gen1, pair.gen1), grantsOfRole(gen2, pair.gen2), words),
      ...compareGrants(pair, 'trust', trustOfRole(pair.gen1), trustOfRole(pair.gen2), words),
    ]),
    ...pairing.newRoles.flatMap((role) =>
      compareGrants({ kind: 'authenticatedRole', name: role.logicalId }, 'policy', [], grantsOfRole(gen2, role), words),
    ),
    ...functions.flatMap((pair) =>
      compareGrants(pair, 'invocation', invokersOf(gen1, pair.gen1), invokersOf(gen2, pair.gen2), words),
    ),
  ];
  const eventSources = functions.flatMap((pair) => compareEventSources(pair, gen1, gen2, words));
  const unpaired = pairing.unpaired.filter((one) => UNPAIRED_KINDS.has(one.kind));
  const comparedRoles = new Set([
    ...principals.map((pair) => pair.gen2.place),
    ...pairing.newRoles.map((role) => role.place),
  ]);
  return {
    ok: found.every((one) => one.allowed) && eventSources.length === 0 && unpaired.length === 0,
    compared: [...principals, ...functions].map((pair) => pair.name),
    notCompared: all(gen2, 'AWS::IAM::Role')
      .map((role) => role.place)
      .filter((place) => !comparedRoles.has(place)),
    unpaired,
    differences: found,
    eventSources,
  };
}

/** How grants of each generation are brought into the same words. */
function vocabulary(pairing, gen1, gen2) {
  const names1 = resourceNames(gen1);
  const names2 = resourceNames(gen2);
  const rewrite = (grants, change) => grants.map((grant) => ({ ...change(grant), source: grant.source }));
  return {
    /** Gen 1 as Gen 2 sees it. */
    translated: (grants) => rewrite(grants, (grant) => pairing.translate(nameResources(grant, [names1]))),
    /** The same, but Gen 1's APIs stay Gen 1's. */
    withOldApis: (grants) => rewrite(grants, (grant) => pairing.translate(nameResources(grant, [names1]), API_KINDS)),
    ofGen2: (grants) => rewrite(grants, (grant) => nameResources(grant, [names2, names1])),
  };
}

function compareGrants(pair, aspect, gen1, gen2, words) {
  const principal = { kind: pair.kind, name: pair.name };
  const granted1 = words.translated(gen1);
  const bridges1 =
    aspect === 'policy' && FRONTEND_KINDS.includes(pair.kind)
      ? words.withOldApis(gen1).filter((grant, index) => grant.resource !== granted1[index].resource)
      : [];
  const granted2 = words.ofGen2(gen2);
  const describe = (grants, direction, others, more = {}) =>
    grants.map((grant) => {
      const difference = { principal, aspect, ...grant, direction: turned(direction, grant.effect), ...more };
      return withAllowance(difference, ALLOWED_PERMISSION_DIFFERENCES, { others });
    });
  return [
    ...describe(notCovered(granted2, [...granted1, ...bridges1]), 'wider', granted1),
    ...describe(notCovered(granted1, granted2), 'missing', granted2),
    ...describe(notCovered(bridges1, granted2), 'missing', granted2, { bridge: true }),
  ];
}

/** A denial that only Gen 1 has makes Gen 2 wider. */
function turned(direction, effect) {
  if (effect === 'Allow') return direction;
  return direction === 'wider' ? 'missing' : 'wider';
}

function notCovered(grants, others) {
  const isCovered = (grant) => others.some((other) => covers(other, grant));
  const left = grants
    .filter((grant) => !isCovered(grant))
    .flatMap((grant) => {
      const single = expandActions(grant);
      const open = single.filter((one) => !isCovered(one));
      return open.length === single.length ? [grant] : open;
    });
  return [
    ...new Map(
      left.map((grant) => [JSON.stringify([grant.effect, grant.action, grant.resource, grant.condition]), grant]),
    ).values(),
  ];
}

function compareEventSources(pair, gen1, gen2, words) {
  const text = (list, change) =>
    new Set(change(list.map((resource) => ({ resource, source: '' }))).map((one) => one.resource));
  const sources1 = text(eventSourcesOf(gen1, pair.gen1), words.translated);
  const sources2 = text(eventSourcesOf(gen2, pair.gen2), words.ofGen2);
  const only = (some, others, direction) =>
    [...some].filter((one) => !others.has(one)).map((source) => ({ function: pair.name, direction, source }));
  return [...only(sources2, sources1, 'wider'), ...only(sources1, sources2, 'missing')];
}

/** Streams that a function reads and schedules that start it, each as one text. */
function eventSourcesOf(tree, lambda) {
  const isMe = (reference) =>
    typeof reference === 'string' &&
    (reference.includes(`⟦${lambda.place}⟧`) || reference.split(':').at(-1) === lambda.properties.FunctionName);
  const mappings = all(tree, 'AWS::Lambda::EventSourceMapping').filter(({ properties }) =>
    isMe(properties.FunctionName),
  );
  const rules = all(tree, 'AWS::Events::Rule').filter(({ properties }) =>
    (properties.Targets ?? []).some((target) => isMe(target.Arn)),
  );
  return [
    ...mappings.map(
      ({
        properties: {
          EventSourceArn,
          BatchSize = 100,
          StartingPosition,
          Enabled = true,
          FilterCriteria,
          MaximumBatchingWindowInSeconds = 0,
        },
      }) =>
        `${EventSourceArn} ${JSON.stringify([`batch ${BatchSize}`, `from ${StartingPosition}`, `enabled ${Enabled}`, `window ${MaximumBatchingWindowInSeconds}`, FilterCriteria ?? 'all'])}`,
    ),
    ...rules.map(
      ({ properties: { ScheduleExpression, EventPattern, State = 'ENABLED' } }) =>
        `rule ${ScheduleExpression ?? JSON.stringify(EventPattern)} ${State}`,
    ),
  ];
}
