/**
 * Writes update-behaviour.json: what CloudFormation does when a property of a moved type changes. The registry schemas in
 * `@aws-cdk/aws-service-spec` tell what forces a replacement; they do not tell what a service refuses to change or
 * changes with an interruption, so those are named here, each with where it is written.
 *
 *     node __test__/gate/make-update-behaviour.mjs
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { ensureGate } from './workspace.mjs';

const OUTPUT = new URL('./update-behaviour.json', import.meta.url);

const MOVED_TYPES = [
  'AWS::Cognito::UserPool',
  'AWS::Cognito::UserPoolClient',
  'AWS::Cognito::UserPoolGroup',
  'AWS::Cognito::UserPoolDomain',
  'AWS::Cognito::UserPoolIdentityProvider',
  'AWS::Cognito::UserPoolResourceServer',
  'AWS::Cognito::IdentityPool',
  'AWS::Cognito::IdentityPoolRoleAttachment',
  'AWS::S3::Bucket',
  'AWS::DynamoDB::Table',
  'AWS::Kinesis::Stream',
];

/** The user pool's own documentation: these are set when the pool is created; an update of the stack fails or makes a new pool. */
const REFUSED = {
  'AWS::Cognito::UserPool': {
    AliasAttributes: 'fixed at creation of the pool (API reference, CreateUserPool)',
    UsernameAttributes: 'fixed at creation of the pool (API reference, CreateUserPool)',
    UsernameConfiguration: 'fixed at creation of the pool (API reference, UsernameConfigurationType)',
    Schema: 'attributes cannot be changed or removed (developer guide, user pool attributes)',
  },
  'AWS::DynamoDB::Table': {
    LocalSecondaryIndexes: 'can be made only together with the table (developer guide, local secondary indexes)',
  },
};

const INTERRUPT = {
  'AWS::Cognito::UserPool': {
    LambdaConfig: 'sign-up and sign-in run through other functions, or through none',
    MfaConfiguration: 'users are asked for a factor that they may not have',
    AutoVerifiedAttributes: 'users sign up without a code',
  },
  'AWS::Cognito::UserPoolClient': {
    AllowedOAuthFlows: 'hosted sign-in is refused',
    AllowedOAuthFlowsUserPoolClient: 'hosted sign-in is refused',
    AllowedOAuthScopes: 'tokens without the scopes the app asks for',
    CallbackURLs: 'hosted sign-in does not come back to the app',
    LogoutURLs: 'hosted sign-out does not come back to the app',
    ExplicitAuthFlows: 'sign-in with another flow is refused',
    SupportedIdentityProviders: 'sign-in through a provider is refused',
    ReadAttributes: 'attributes missing from tokens',
    WriteAttributes: 'the app may not set attributes',
    RefreshTokenValidity: 'users are signed out earlier or later',
    TokenValidityUnits: 'users are signed out earlier or later',
  },
  'AWS::Cognito::UserPoolGroup': {
    RoleArn: 'members get another role',
    Precedence: 'members of two groups get another role',
  },
  'AWS::Cognito::IdentityPool': {
    AllowUnauthenticatedIdentities: 'guests are refused or let in',
    CognitoIdentityProviders: 'clients that are not listed get no AWS credentials',
    OpenIdConnectProviderARNs: 'federation through the provider is refused',
    SamlProviderARNs: 'federation through the provider is refused',
    SupportedLoginProviders: 'federation through the provider is refused',
  },
  'AWS::Cognito::IdentityPoolRoleAttachment': {
    RoleMappings: 'users get another role',
    Roles: 'users get another role',
  },
  'AWS::S3::Bucket': {
    CorsConfiguration: 'browsers are refused',
    NotificationConfiguration: 'functions are not called',
    WebsiteConfiguration: 'the web site is gone',
  },
  'AWS::DynamoDB::Table': {
    AttributeDefinitions: 'a key attribute of another type needs a new table or index (resource reference)',
    BillingMode: 'at most one change a day (resource reference)',
    GlobalSecondaryIndexes: 'an index is built anew; at most one in each update (resource reference)',
    StreamSpecification: 'the stream gets another ARN, and its readers stop (resource reference)',
  },
  'AWS::Kinesis::Stream': { ShardCount: 'shards are split or merged', StreamModeDetails: 'at most two changes a day' },
};

await ensureGate();
const require = createRequire(import.meta.url);
const { loadAwsServiceSpec } = require('@aws-cdk/aws-service-spec');
const { version } = require('@aws-cdk/aws-service-spec/package.json');
const database = await loadAwsServiceSpec();
const types = Object.fromEntries(MOVED_TYPES.map((type) => [type, behaviourOf(type)]));
fs.writeFileSync(
  OUTPUT,
  `${JSON.stringify({ source: `@aws-cdk/aws-service-spec ${version}; refused and interrupt: make-update-behaviour.mjs`, types }, null, 2)}\n`,
);

function behaviourOf(type) {
  const [resource] = database.lookup('resource', 'cloudFormationType', 'equals', type);
  const properties = Object.keys(resource.properties).sort();
  const behaviour = {
    properties,
    replace: properties.filter((name) => resource.properties[name].causesReplacement === 'yes'),
    refused: REFUSED[type] ?? {},
    interrupt: INTERRUPT[type] ?? {},
  };
  for (const name of [...Object.keys(behaviour.refused), ...Object.keys(behaviour.interrupt)]) {
    if (!properties.includes(name)) throw new Error(`${type} has no property ${name}`);
  }
  return behaviour;
}
