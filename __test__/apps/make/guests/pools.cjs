'use strict';

/** Makes the pools that the app imports, as somebody else made them in the console, and writes their ids. */
const { createRequire } = require('node:module');
const path = require('node:path');

const fromCli = createRequire(path.join(process.env.CLI, 'package.json'));
const cognito = fromCli('@aws-sdk/client-cognito-identity-provider');
const identity = fromCli('@aws-sdk/client-cognito-identity');
const iam = fromCli('@aws-sdk/client-iam');

const options = {
  endpoint: process.env.AWS_ENDPOINT_URL,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};

async function main() {
  const users = new cognito.CognitoIdentityProviderClient(options);
  const identities = new identity.CognitoIdentityClient(options);
  const roles = new iam.IAMClient(options);
  const { UserPool: pool } = await users.send(
    new cognito.CreateUserPoolCommand({ PoolName: 'reception-users', UsernameAttributes: ['email'], AutoVerifiedAttributes: ['email'] }),
  );
  const client = async (name, secret) => {
    const { UserPoolClient: made } = await users.send(
      new cognito.CreateUserPoolClientCommand({ UserPoolId: pool.Id, ClientName: name, GenerateSecret: secret }),
    );
    return made.ClientId;
  };
  const [webClientId, nativeClientId] = [await client('reception-web', false), await client('reception-native', false)];
  for (const group of ['Hosts', "Bob's guests"]) {
    await users.send(new cognito.CreateGroupCommand({ UserPoolId: pool.Id, GroupName: group }));
  }
  const ProviderName = `cognito-idp.us-east-1.amazonaws.com/${pool.Id}`;
  const { IdentityPoolId: identityPoolId } = await identities.send(
    new identity.CreateIdentityPoolCommand({
      IdentityPoolName: 'reception-identities',
      AllowUnauthenticatedIdentities: true,
      CognitoIdentityProviders: [webClientId, nativeClientId].map((ClientId) => ({ ClientId, ProviderName })),
    }),
  );
  const role = async (name, kind) => {
    const trust = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: 'cognito-identity.amazonaws.com' },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: { 'cognito-identity.amazonaws.com:aud': identityPoolId },
            'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': kind },
          },
        },
      ],
    };
    const { Role: made } = await roles.send(
      new iam.CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }),
    );
    return made.Arn;
  };
  await identities.send(
    new identity.SetIdentityPoolRolesCommand({
      IdentityPoolId: identityPoolId,
      Roles: {
        authenticated: await role('reception-signed-in', 'authenticated'),
        unauthenticated: await role('reception-visitor', 'unauthenticated'),
      },
    }),
  );
  process.stdout.write(JSON.stringify({ userPoolId: pool.Id, webClientId, nativeClientId, identityPoolId }));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
