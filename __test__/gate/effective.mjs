/**
 * Settings that custom resources make behind the back of a resource's own template: what a pool, client, bucket or role
 * is really configured as is its properties and these.
 */
import { all, BORROWED, roleByArn } from './pairing.mjs';
import { asToken, token } from './tokens.mjs';

/**
 * Adds to the properties of resources what custom resources of the same tree set on them.
 * @param {import('./evaluate.mjs').EvaluatedTree} tree
 */
export function applyCustomResources(tree) {
  for (const { type, properties } of [...tree.resources.values()]) {
    if (!type.startsWith('Custom::') && type !== 'AWS::CloudFormation::CustomResource') continue;
    if (Array.isArray(properties.lambdaConfig) && properties.userpoolId) setTriggers(tree, properties);
    if (properties.idpId && properties.authRoleName && properties.unauthRoleName) setTrust(tree, properties);
    if (type === 'Custom::S3BucketNotifications') setNotifications(tree, properties);
  }
  addHostedSignIn(tree);
  addBorrowedRoles(tree);
  return tree;
}

/** Roles of somebody else that policies of the tree are attached to by name, as those of an imported identity pool. */
function addBorrowedRoles(tree) {
  for (const { type, properties } of [...tree.resources.values()]) {
    if (!['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].includes(type)) continue;
    for (const name of properties.Roles ?? []) {
      if (typeof name !== 'string' || asToken(name) || roleByArn(tree, name)) continue;
      const place = `${BORROWED}${name}`;
      const role = { place, stackPath: '', logicalId: name, type: 'AWS::IAM::Role', properties: { RoleName: name } };
      tree.resources.set(place, role);
    }
  }
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
  for (const [name, amr] of [
    [authRoleName, 'authenticated'],
    [unauthRoleName, 'unauthenticated'],
  ]) {
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

/**
 * Gen 1's hosted sign-in is made by functions from parameters of the auth stack: the domain, the identity providers, and
 * what both clients may do. They become resources here, as they are in Gen 2.
 */
function addHostedSignIn(tree) {
  for (const pool of all(tree, 'AWS::Cognito::UserPool')) {
    const { hostedUI, oAuthMetadata, hostedUIProviderMeta } = tree.parameters.get(pool.stackPath) ?? {};
    if (String(hostedUI) !== 'true') continue;
    const userPoolId = token(pool.place);
    const providers = parsed(hostedUIProviderMeta) ?? [];
    const add = (logicalId, type, properties) => {
      const place = `${pool.stackPath}/${logicalId}`;
      tree.resources.set(place, { place, stackPath: pool.stackPath, logicalId, type, properties });
    };
    const { HostedUIDomain: domain } = tree.outputs.get(pool.stackPath) ?? {};
    if (domain) add('HostedUIDomain', 'AWS::Cognito::UserPoolDomain', { Domain: domain, UserPoolId: userPoolId });
    for (const { ProviderName: name, authorize_scopes: scopes, AttributeMapping: mapping } of providers) {
      add(`HostedUIProvider${name}`, 'AWS::Cognito::UserPoolIdentityProvider', {
        ProviderName: name,
        ProviderType: name,
        UserPoolId: userPoolId,
        AttributeMapping: mapping,
        ProviderDetails: { authorize_scopes: scopes },
      });
    }
    for (const client of all(tree, 'AWS::Cognito::UserPoolClient')) {
      if (client.properties.UserPoolId !== userPoolId) continue;
      // what the template says of a client is what it has: an override may have changed the wizard's answers
      client.properties = {
        ...parsed(oAuthMetadata),
        AllowedOAuthFlowsUserPoolClient: true,
        SupportedIdentityProviders: [...providers.map((one) => one.ProviderName), 'COGNITO'],
        ...client.properties,
      };
    }
  }
}

function parsed(text) {
  return typeof text === 'string' && text !== '' ? JSON.parse(text) : undefined;
}

/** CDK sets notifications by a function of its own, in the words of the S3 API instead of CloudFormation's. */
function setNotifications(tree, { BucketName, NotificationConfiguration: given = {} }) {
  const bucket = target(tree, BucketName);
  if (!bucket) return;
  const lambdas = (given.LambdaFunctionConfigurations ?? []).flatMap(({ Events, LambdaFunctionArn, Filter }) =>
    Events.map((Event) => ({
      Event,
      Function: LambdaFunctionArn,
      ...(Filter ? { Filter: inCloudFormationWords(Filter) } : {}),
    })),
  );
  const rest = Object.fromEntries(Object.entries(given).filter(([key]) => key !== 'LambdaFunctionConfigurations'));
  bucket.properties = {
    ...bucket.properties,
    NotificationConfiguration: {
      ...bucket.properties.NotificationConfiguration,
      ...rest,
      ...(lambdas.length ? { LambdaConfigurations: lambdas } : {}),
    },
  };
}

function inCloudFormationWords({ Key, S3Key }) {
  const rules = (Key ?? S3Key)?.FilterRules ?? (Key ?? S3Key)?.Rules ?? [];
  return { S3Key: { Rules: rules } };
}
