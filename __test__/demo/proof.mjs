/** What the stand-in's ledger says of production. */

/** Types that a refactor moves. Tables of GraphQL models stay: Gen 2 imports them. */
const MOVED_TYPES = new Set([
  'AWS::Cognito::UserPool',
  'AWS::Cognito::UserPoolClient',
  'AWS::Cognito::UserPoolGroup',
  'AWS::Cognito::IdentityPool',
  'AWS::Cognito::IdentityPoolRoleAttachment',
  'AWS::S3::Bucket',
  'AWS::DynamoDB::Table',
  'AWS::Kinesis::Stream',
]);

/**
 * @typedef {object} ProductionResource
 * @property {string} type
 * @property {string} id
 * @property {string[]} owners `<stack>/<logical id>`
 * @property {boolean} movable a refactor moves it
 */

/**
 * Production resources with their owners.
 * @param {import('../support/cloud.mjs').Cloud} cloud
 * @returns {Promise<ProductionResource[]>}
 */
export async function ownersOfProduction(cloud) {
  const { resources } = await cloud.ledger();
  return resources
    .filter((resource) => resource.production && resource.owners.length)
    .map(({ type, id, owners }) => ({ type, id, owners, movable: isMovable(type, owners) }));
}

/** @param {string} type @param {string[]} owners */
function isMovable(type, owners) {
  const isDeploymentBucket = owners.some((owner) => owner.endsWith('/DeploymentBucket'));
  const isModelTable = owners.some((owner) => /-api[^/]*\//.test(owner));
  const isCustom = owners.some((owner) => /-custom[^/]*\//.test(owner));
  return MOVED_TYPES.has(type) && !isDeploymentBucket && !isModelTable && !isCustom;
}

/**
 * Every violation that the ledger has seen: deleted, replaced, changed, without owner or with several.
 * @param {import('../support/cloud.mjs').Cloud} cloud
 * @returns {Promise<string[]>}
 */
export async function changesOfProduction(cloud) {
  const { violations, hazards } = await cloud.ledger();
  return [...violations, ...hazards].map((entry) => JSON.stringify(entry));
}
