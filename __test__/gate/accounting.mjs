/**
 * Accounts for every resource that Gen 1 deployed: it has a partner, another comparison covers it, Gen 2 has as many of its
 * type, or the tool's report names it. Nothing is dropped without a word.
 */
import { all } from './pairing.mjs';
import { asToken, hasToken } from './tokens.mjs';

/**
 * @typedef {object} Unaccounted a Gen 1 resource that nobody speaks of
 * @property {string} place
 * @property {string} type
 */

/** What the Amplify CLI itself needs to deploy, and what a comparison of its own covers by what it does. */
const COVERED = [
  // machinery: nested stacks, functions that run during a deployment, what they return
  /^AWS::CloudFormation::/,
  /^AWS::CDK::Metadata$/,
  /^Custom::/,
  // permissions: comparePermissions
  /^AWS::IAM::/,
  /^AWS::Lambda::(Permission|LayerVersionPermission|EventSourceMapping)$/,
  /^AWS::S3::BucketPolicy$/,
  // APIs: compareApis, and the schema with its models
  /^AWS::AppSync::/,
  /^AWS::ApiGateway::(Resource|Method|Deployment|Stage|GatewayResponse|Model|RequestValidator|Account)$/,
];

/**
 * @param {import('./pairing.mjs').Pairing} pairing
 * @param {import('./evaluate.mjs').EvaluatedTree} gen1
 * @param {import('./evaluate.mjs').EvaluatedTree} gen2
 * @param {string} told all that the tool's report says, as one text
 * @returns {Unaccounted[]}
 */
export function findUnaccounted(pairing, gen1, gen2, told) {
  const paired = new Set(pairing.pairs.map((pair) => pair.gen1.place));
  const spokenOf = new Set(pairing.unpaired.map((one) => one.place));
  const left = new Map();
  const inGen2 = (type) => {
    if (!left.has(type)) {
      const partners = pairing.pairs.filter((pair) => pair.gen1.type === type).length;
      left.set(type, all(gen2, type).length - partners);
    }
    return left.get(type);
  };
  const unaccounted = [];
  for (const { place, logicalId, type, stackPath } of gen1.resources.values()) {
    if (paired.has(place) || spokenOf.has(place) || COVERED.some((pattern) => pattern.test(type))) continue;
    // the root has the deployment bucket, which belongs to Gen 1 alone
    if (!stackPath.includes('/') && type === 'AWS::S3::Bucket') continue;
    if (type === 'AWS::Lambda::Function' && isDeploymentFunction(gen1, place)) continue;
    if (inGen2(type) > 0) left.set(type, left.get(type) - 1);
    else if (!told.includes(logicalId)) unaccounted.push({ place, type });
  }
  return unaccounted;
}

/** A custom resource of the tree calls it, directly or as its service. */
function isDeploymentFunction(tree, place) {
  return [...tree.resources.values()].some(({ type, properties }) => {
    if (!type.startsWith('Custom::') && type !== 'AWS::CloudFormation::CustomResource') return false;
    const { ServiceToken } = properties;
    return asToken(ServiceToken)?.place === place || (hasToken(ServiceToken) && ServiceToken.includes(`⟦${place}⟧`));
  });
}
