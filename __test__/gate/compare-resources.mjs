/**
 * Compares what a Gen 2 assembly makes of the stateful resources with what they are in Gen 1: no difference may replace
 * one, retention may not become weaker, and every other difference is listed with why it is allowed or that it is not.
 */
import fs from 'node:fs';
import { withAllowance } from './allowance.mjs';
import { ALLOWED_RESOURCE_DIFFERENCES } from './allowed-resource-differences.mjs';
import { canonical, differences } from './differences.mjs';
import { categoryOf } from './pairing.mjs';
import { nameResources, resourceNames } from './resource-names.mjs';
import { asToken } from './tokens.mjs';

/**
 * @typedef {'replace'|'refused'|'interrupt'|'harmless'} Effect what an update with this difference does: makes a new
 *   resource, fails, or changes what users notice, or what nobody notices
 *
 * @typedef {object} ResourceDifference
 * @property {import('./pairing.mjs').PairKind} kind
 * @property {string} name
 * @property {string} type
 * @property {string} gen1Place
 * @property {string} gen2Place
 * @property {string} path of the property
 * @property {unknown} gen1
 * @property {unknown} gen2
 * @property {Effect} effect
 * @property {string} [note] what the change does, where that is known
 * @property {{id: string, reason: string}} [allowed]
 *
 * @typedef {object} RetentionViolation
 * @property {string} place
 * @property {string} type
 * @property {string} problem
 *
 * @typedef {object} ResourceComparison
 * @property {boolean} ok
 * @property {{kind: string, name: string, gen1: string, gen2: string}[]} compared
 * @property {ResourceDifference[]} differences
 * @property {import('./pairing.mjs').Unpaired[]} unpaired
 * @property {RetentionViolation[]} retention
 * @property {{model: string, problem: string}[]} models mapped models that are not imported as what they are
 */

const BEHAVIOUR = JSON.parse(fs.readFileSync(new URL('./update-behaviour.json', import.meta.url), 'utf8')).types;
const STATEFUL_KINDS = new Set([
  'userPool',
  'webClient',
  'nativeClient',
  'domain',
  'identityProvider',
  'resourceServer',
  'identityPool',
  'roleAttachment',
  'group',
  'bucket',
  'table',
  'stream',
]);
const IMPORTED_TABLE = 'Custom::ImportedAmplifyDynamoDBTable';
const NEW_TABLE = 'Custom::AmplifyDynamoDBTable';

/**
 * @param {import('./pairing.mjs').Pairing} pairing
 * @param {import('./evaluate.mjs').EvaluatedTree} gen1
 * @param {import('./evaluate.mjs').EvaluatedTree} gen2 synthesised with `postRefactor()`
 * @returns {ResourceComparison}
 */
export function compareResources(pairing, gen1, gen2) {
  const pairs = pairing.pairs.filter((pair) => STATEFUL_KINDS.has(pair.kind));
  const [names1, names2] = [resourceNames(gen1), resourceNames(gen2)];
  const inOneLanguage = (pair) => [
    pairing.translate(nameResources(pair.gen1.properties, [names1])),
    nameResources(pair.gen2.properties, [names2, names1]),
  ];
  const found = pairs.flatMap((pair) => compareTwo(pair, ...inOneLanguage(pair).map(comparable)));
  const unpaired = pairing.unpaired.filter((one) => STATEFUL_KINDS.has(one.kind));
  const retention = findWeakRetention(gen2);
  const models = findWrongModels(pairing, gen2);
  return {
    ok: found.every((one) => one.allowed) && unpaired.length === 0 && retention.length === 0 && models.length === 0,
    compared: pairs.map((pair) => ({ kind: pair.kind, name: pair.name, gen1: pair.gen1.place, gen2: pair.gen2.place })),
    differences: found,
    unpaired,
    retention,
    models,
  };
}

/**
 * Stateful resources of an assembly that a deletion of their stack, or a replacement, would delete.
 * @param {import('./evaluate.mjs').EvaluatedTree} gen2
 * @returns {RetentionViolation[]}
 */
export function findWeakRetention(gen2) {
  const violations = [];
  const kept = new Set();
  for (const resource of gen2.resources.values()) {
    if (!(resource.type in BEHAVIOUR) || categoryOf(resource) === 'data') continue;
    kept.add(resource.place);
    for (const policy of ['deletionPolicy', 'updateReplacePolicy']) {
      if (resource[policy] === 'Retain' || (policy === 'deletionPolicy' && resource[policy] === 'RetainExceptOnCreate'))
        continue;
      const name = policy === 'deletionPolicy' ? 'DeletionPolicy' : 'UpdateReplacePolicy';
      violations.push({
        place: resource.place,
        type: resource.type,
        problem: `${name} is ${resource[policy] ?? 'absent'} instead of Retain`,
      });
    }
  }
  for (const resource of gen2.resources.values()) {
    if (resource.type !== 'Custom::S3AutoDeleteObjects') continue;
    const bucket = asToken(resource.properties.BucketName)?.place;
    if (kept.has(bucket))
      violations.push({
        place: resource.place,
        type: resource.type,
        problem: `empties the bucket ${bucket} when the stack is deleted`,
      });
  }
  return violations;
}

/** Names that only one resource in the world, in an account or in a region may have, and those that name what users see. */
const NAMES = {
  'AWS::S3::Bucket': 'BucketName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Kinesis::Stream': 'Name',
  'AWS::Cognito::UserPoolDomain': 'Domain',
  'AWS::Cognito::UserPool': 'UserPoolName',
  'AWS::Cognito::IdentityPool': 'IdentityPoolName',
};

/**
 * Production names that the backend of another branch, or of a sandbox, would claim for its own resources.
 * @param {import('./evaluate.mjs').EvaluatedTree} other
 * @param {import('./evaluate.mjs').EvaluatedTree} migrated the branch that was migrated, with `postRefactor()`
 * @returns {{place: string, name: string}[]}
 */
export function findClaimedNames(other, migrated) {
  const nameOf = (resource) =>
    resource.type in NAMES
      ? resource.properties[NAMES[resource.type]]
      : resource.type === IMPORTED_TABLE
        ? resource.properties.tableName
        : undefined;
  const taken = new Set([...migrated.resources.values()].map(nameOf).filter((name) => name !== undefined));
  return [...other.resources.values()]
    .filter((resource) => taken.has(nameOf(resource)))
    .map((resource) => ({ place: resource.place, name: nameOf(resource) }));
}

/**
 * Models must be imports of the Gen 1 tables, and the import must expect them as they are: the deployment compares and fails.
 * @param {import('./pairing.mjs').Pairing} pairing
 * @param {import('./evaluate.mjs').EvaluatedTree} gen2
 */
export function findWrongModels(pairing, gen2) {
  const problems = [];
  for (const { kind, name, generation, place } of pairing.unpaired) {
    if (kind !== 'modelTable') continue;
    const problem =
      generation === 1
        ? 'its Gen 1 table is not imported'
        : `${gen2.resources.get(place).type === NEW_TABLE ? 'a new, empty table is made' : 'no Gen 1 table has the name of the import'}`;
    problems.push({ model: name, problem });
  }
  for (const { name, gen1, gen2: table } of pairing.pairs.filter((pair) => pair.kind === 'modelTable')) {
    if (table.type !== IMPORTED_TABLE)
      problems.push({ model: name, problem: `${table.type} instead of ${IMPORTED_TABLE}` });
    for (const { path, gen1: live, gen2: expected } of differences(
      importView(gen1.properties),
      importView(capitalised(table.properties)),
    )) {
      problems.push({
        model: name,
        problem: `the import expects ${path} ${JSON.stringify(expected)}, the table has ${JSON.stringify(live)}`,
      });
    }
  }
  return problems;
}

function compareTwo({ kind, name, gen1, gen2 }, properties1, properties2) {
  const behaviour = BEHAVIOUR[gen2.type];
  return differences(properties1, properties2).map((difference) => {
    const property = difference.path.split('.')[0];
    const described = {
      kind,
      name,
      type: gen2.type,
      gen1Place: gen1.place,
      gen2Place: gen2.place,
      ...difference,
      ...effectOf(behaviour, property),
    };
    // nothing excuses a replacement
    if (described.effect === 'replace') return described;
    return withAllowance(described, ALLOWED_RESOURCE_DIFFERENCES, { properties1, properties2 });
  });
}

/** @returns {{effect: Effect, note?: string}} */
function effectOf(behaviour, property) {
  if (behaviour.replace.includes(property))
    return { effect: 'replace', note: 'a new resource is made and the old one left behind or deleted' };
  if (property in behaviour.refused) return { effect: 'refused', note: behaviour.refused[property] };
  if (property in behaviour.interrupt) return { effect: 'interrupt', note: behaviour.interrupt[property] };
  if (!behaviour.properties.includes(property))
    return { effect: 'refused', note: `${property} is no property of the type` };
  return { effect: 'harmless' };
}

/** What Gen 2 takes from its secrets. */
const SECRET_DETAILS = ['client_id', 'client_secret', 'team_id', 'key_id', 'private_key'];

/**
 * Without what cannot be compared: labels (role mappings are told apart by their provider), and a provider's ids and secrets.
 */
function comparable(properties) {
  const changed = { ...properties };
  if (properties.RoleMappings) {
    const mappings = Object.values(properties.RoleMappings).map((mapping) => [
      canonical(mapping.IdentityProvider),
      mapping,
    ]);
    changed.RoleMappings = Object.fromEntries(mappings);
  }
  if (properties.ProviderDetails) {
    const { authorize_scopes: scopes, ...details } = properties.ProviderDetails;
    changed.ProviderDetails = {
      ...Object.fromEntries(Object.entries(details).filter(([key]) => !SECRET_DETAILS.includes(key))),
      authorize_scopes: String(scopes ?? '')
        .split(/[\s,]+/)
        .filter(Boolean),
    };
  }
  return changed;
}

function importView({
  AttributeDefinitions,
  KeySchema,
  GlobalSecondaryIndexes,
  BillingMode,
  ProvisionedThroughput,
  StreamSpecification,
  SSESpecification,
}) {
  const provisioned = BillingMode !== 'PAY_PER_REQUEST';
  return {
    AttributeDefinitions,
    KeySchema,
    GlobalSecondaryIndexes: Object.fromEntries(
      (GlobalSecondaryIndexes ?? []).map((index) => [
        index.IndexName,
        {
          KeySchema: index.KeySchema,
          Projection: index.Projection,
          ...(provisioned ? { ProvisionedThroughput: index.ProvisionedThroughput } : {}),
        },
      ]),
    ),
    BillingMode: BillingMode ?? 'PROVISIONED',
    ...(provisioned ? { ProvisionedThroughput } : {}),
    StreamViewType: StreamSpecification?.StreamViewType,
    SSEEnabled: SSESpecification?.SSEEnabled ?? false,
  };
}

/** The table manager's custom resource writes the table's properties with small first letters. */
function capitalised(value) {
  if (Array.isArray(value)) return value.map(capitalised);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key[0].toUpperCase() + key.slice(1), capitalised(inner)]),
  );
}
