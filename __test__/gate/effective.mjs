/**
 * Settings that custom resources make behind the back of a resource's own template: what a pool, client, bucket or role
 * is really configured as is its properties and these.
 */
import { asToken } from './tokens.mjs';
import { roleByArn } from './pairing.mjs';

/**
 * Adds to the properties of resources what custom resources of the same tree set on them.
 * @param {import('./evaluate.mjs').EvaluatedTree} tree
 */
export function applyCustomResources(tree) {
  for (const { type, properties } of [...tree.resources.values()]) {
    if (!type.startsWith('Custom::') && type !== 'AWS::CloudFormation::CustomResource') continue;
    if (Array.isArray(properties.lambdaConfig) && properties.userpoolId) setTriggers(tree, properties);
    if (properties.idpId && properties.authRoleName && properties.unauthRoleName) setTrust(tree, properties);
    if (properties.oAuthMetadata && properties.webClientId) setOAuth(tree, properties);
    if (type === 'Custom::S3BucketNotifications') setNotifications(tree, properties);
  }
  return tree;
}

function target(tree, reference) {
  const { place } = asToken(reference) ?? {};
  return place ? tree.resources.get(place) : undefined;
}

/** Gen 1's auth trigger stack calls UpdateUserPool. */
function setTriggers(tree, { userpoolId, lambdaConfig }) {
  const pool = target(tree, userpoolId);
  if (!pool) return;
  const triggers = Object.fromEntries(lambdaConfig.map((one) => [one.triggerType, one.lambdaFunctionArn]));
  pool.properties = { ...pool.properties, LambdaConfig: { ...pool.properties.LambdaConfig, ...triggers } };
}

/** Gen 1's root template denies both roles to everybody; a function opens them to the identity pool once it exists. */
function setTrust(tree, { idpId, authRoleName, unauthRoleName }) {
  for (const [name, amr] of [[authRoleName, 'authenticated'], [unauthRoleName, 'unauthenticated']]) {
    const role = roleByArn(tree, name);
    if (!role) continue;
    const trust = {
      Effect: 'Allow',
      Principal: { Federated: 'cognito-identity.amazonaws.com' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { 'cognito-identity.amazonaws.com:aud': idpId },
        'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': amr },
      },
    };
    role.properties = { ...role.properties, AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] } };
  }
}

/** Gen 1's hosted sign-in is set on both clients by a function that gets everything as JSON texts. */
function setOAuth(tree, { oAuthMetadata, hostedUIProviderMeta, webClientId, nativeClientId }) {
  const settings = typeof oAuthMetadata === 'string' ? JSON.parse(oAuthMetadata) : oAuthMetadata;
  const providers = typeof hostedUIProviderMeta === 'string' && hostedUIProviderMeta ? JSON.parse(hostedUIProviderMeta) : (hostedUIProviderMeta ?? []);
  for (const client of [target(tree, webClientId), target(tree, nativeClientId)]) {
    if (!client) continue;
    client.properties = {
      ...client.properties,
      ...settings,
      AllowedOAuthFlowsUserPoolClient: true,
      SupportedIdentityProviders: [...providers.map((one) => one.ProviderName), 'COGNITO'],
    };
  }
}

/** CDK sets notifications by a function of its own, in the words of the S3 API instead of CloudFormation's. */
function setNotifications(tree, { BucketName, NotificationConfiguration: given = {} }) {
  const bucket = target(tree, BucketName);
  if (!bucket) return;
  const lambdas = (given.LambdaFunctionConfigurations ?? []).flatMap(({ Events, LambdaFunctionArn, Filter }) =>
    Events.map((Event) => ({ Event, Function: LambdaFunctionArn, ...(Filter ? { Filter: inCloudFormationWords(Filter) } : {}) })),
  );
  const rest = Object.fromEntries(Object.entries(given).filter(([key]) => key !== 'LambdaFunctionConfigurations'));
  bucket.properties = {
    ...bucket.properties,
    NotificationConfiguration: { ...bucket.properties.NotificationConfiguration, ...rest, ...(lambdas.length ? { LambdaConfigurations: lambdas } : {}) },
  };
}

function inCloudFormationWords({ Key, S3Key }) {
  const rules = (Key ?? S3Key)?.FilterRules ?? (Key ?? S3Key)?.Rules ?? [];
  return { S3Key: { Rules: rules } };
}
