import { readFileSync } from 'node:fs';

import { copyStream, editTemplates } from './templates.mjs';

function column(name, type, more) {
  return [
    ['name this column', name],
    ['Choose the data type', type],
    ['Would you like to add another column', more],
  ];
}

function table(name, columns, { sort, indexes = [], trigger } = {}) {
  return {
    amplify: ['add', 'storage'],
    answers: [
      ['below.*services', 'NoSQL Database'],
      ['friendly name', name],
      ['table name', name],
      ...columns.flatMap(([field, type], index) => column(field, type, index < columns.length - 1)),
      ['partition key for the table', columns[0][0]],
      ['add a sort key to your table', Boolean(sort)],
      ...(sort ? [['sort key for the table', sort]] : []),
      ['add global secondary indexes', indexes.length > 0],
      ...indexes.flatMap(([index, key, range], at) => [
        ['GSI name', index],
        ['partition key for the GSI', key],
        ['sort key to your global secondary index', Boolean(range)],
        ...(range ? [['sort key for the GSI', range]] : []),
        ['add more global secondary indexes', at < indexes.length - 1],
      ]),
      ['Lambda Trigger for your Table', Boolean(trigger)],
      ...(trigger ?? []),
    ],
  };
}

function nodeFunction(name, answers = [['advanced settings\\?', false]]) {
  return {
    amplify: ['add', 'function'],
    answers: [
      ['capability you want', 'Lambda function (serverless function)'],
      ['AWS Lambda function name', name],
      ['runtime that you want', 'NodeJS'],
      ['function template', 'Hello World'],
      ...answers,
      ['package manager', 'NPM'],
      ['edit the local lambda', false],
    ],
  };
}

const variables = (list) =>
  list.flatMap(([name, value], index) => [
    ['environment variable name', name],
    ['environment variable value', value],
    ['what you want to do with env', index < list.length - 1 ? 'Add new environment variable' : "I'm done"],
  ]);

function stream(name, shards) {
  return {
    amplify: ['add', 'analytics'],
    answers: [
      ['Analytics provider', 'Amazon Kinesis Streams'],
      ['stream name', name],
      ['number of shards', shards],
      ['allow guests and unauthenticated', false],
    ],
  };
}

/** A table that another team owns, for `amplify import storage`. */
async function createCatalog(project, { endpoint, region }) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.CreateTable',
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/dynamodb/aws4_request`,
    },
    body: JSON.stringify({
      TableName: 'company-catalog',
      KeySchema: [{ AttributeName: 'sku', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'sku', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  });
  if (!response.ok) {
    throw new Error(`the table was not made: ${await response.text()}`);
  }
}

/**
 * workshop: functions in every style and with everything that a developer writes into their templates (queues, aliases, VPC, file system,
 * statements that deny, schedules, layers of others), a bucket that starts two functions, tables with all their settings and an imported one,
 * two Kinesis streams.
 */
export default {
  projectName: 'workshop',
  appId: 'd1workshop7q3z',
  env: 'prod',
  region: 'us-east-1',
  steps: [
    {
      amplify: ['add', 'auth', '--headless'],
      headless: {
        version: 2,
        resourceName: 'makers',
        serviceConfiguration: {
          serviceName: 'Cognito',
          includeIdentityPool: true,
          identityPoolConfiguration: { identityPoolName: 'makers_identitypool', unauthenticatedLogin: true },
          userPoolConfiguration: {
            userPoolName: 'makers_userpool',
            signinMethod: 'EMAIL',
            requiredSignupAttributes: ['EMAIL'],
            userPoolGroups: [{ groupName: 'Masters' }, { groupName: 'Apprentices' }],
          },
        },
      },
    },
    {
      amplify: ['add', 'api', '--headless'],
      headless: {
        version: 1,
        serviceConfiguration: {
          serviceName: 'AppSync',
          apiName: 'workshop',
          transformSchema: readFileSync(new URL('schema.graphql', import.meta.url), 'utf8'),
          defaultAuthType: { mode: 'AMAZON_COGNITO_USER_POOLS', cognitoUserPoolId: 'authmakers' },
        },
      },
    },
    table('inventory', [['part', 'string'], ['shelf', 'number'], ['maker', 'string'], ['batch', 'binary'], ['weight', 'number']], {
      sort: 'shelf',
      indexes: [['byMaker', 'maker', 'weight'], ['byBatch', 'batch']],
    }),
    table('journal', [['id', 'string']]),
    { edit: createCatalog },
    { amplify: ['import', 'storage'], answers: [['below.*services', 'DynamoDB table - NoSQL Database'], ['DynamoDB Table you want to import', 'company-catalog']] },
    stream('clicks', '1'),
    // the CLI has no questions for a second stream
    { edit: copyStream },
    {
      amplify: ['add', 'function'],
      answers: [
        ['capability you want', 'Lambda layer (shared code & resource used across functions)'],
        ['name for your Lambda layer', 'toolbox'],
        ['runtime that you want', 'NodeJS'],
        ['current AWS account will always have access', []],
      ],
    },
    nodeFunction('resize'),
    nodeFunction('resizer'),
    {
      amplify: ['add', 'storage', '--headless'],
      headless: {
        version: 1,
        serviceConfiguration: {
          serviceName: 'S3',
          permissions: {
            auth: ['CREATE_AND_UPDATE', 'READ'],
            guest: ['READ'],
            groups: { Masters: ['CREATE_AND_UPDATE', 'READ', 'DELETE'], Apprentices: ['READ'] },
          },
          resourceName: 'drawings',
          bucketName: 'workshop-drawings-7f2a',
          lambdaTrigger: { mode: 'existing', name: 'resize' },
        },
      },
    },
    nodeFunction('ledger', [
      ['advanced settings\\?', true],
      ['access other resources', true],
      ['Select the categories', ['storage']],
      ['Storage has', ['journal', 'inventory']],
      ['permit on journal', ['create', 'read']],
      ['permit on inventory', ['read']],
      ['recurring schedule', false],
      ['Lambda layers', false],
      ['environment variables for this', false],
      ['secret values', false],
    ]),
    nodeFunction('intake'),
    nodeFunction('keeper'),
    nodeFunction('nightly', [
      ['advanced settings\\?', true],
      ['access other resources', false],
      ['recurring schedule', true],
      ['At which interval', 'Custom AWS cron expression'],
      ['Custom Schedule expression', '0 6 ? * MON-FRI *'],
      ['Lambda layers', false],
      ['environment variables for this', false],
      ['secret values', false],
    ]),
    nodeFunction('courier', [
      ['advanced settings\\?', true],
      ['access other resources', false],
      ['recurring schedule', false],
      ['enable Lambda layers', true],
      ['Provide existing layers', ['workshoptoolbox']],
      ['version', 'Always choose latest version'],
      ['environment variables for this', false],
      ['configure secret values', true],
      ['secret name', 'CARRIER_TOKEN'],
      ['value for CARRIER_TOKEN', 'not-a-real-secret'],
      ['What do you want to do', 'Add a secret'],
      ['secret name', 'CARRIER_KEY'],
      ['value for CARRIER_KEY', 'not-a-real-key'],
      ['What do you want to do', "I'm done"],
    ]),
    nodeFunction('stock', [
      ['advanced settings\\?', true],
      ['access other resources', true],
      ['Select the categories', ['storage']],
      ['Storage has', ['inventory', 'companycatalog']],
      ['permit on inventory', ['read', 'update']],
      ['permit on companycatalog', ['read']],
      ['recurring schedule', false],
      ['Lambda layers', false],
      ['environment variables for this', false],
      ['secret values', false],
    ]),
    nodeFunction('feed', [
      ['advanced settings\\?', true],
      ['access other resources', true],
      ['Select the categories', ['analytics']],
      ['Analytics has', ['clicks', 'machines']],
      ['permit on clicks', ['read']],
      ['permit on machines', ['create', 'read']],
      ['recurring schedule', false],
      ['Lambda layers', false],
      ['environment variables for this', false],
      ['secret values', false],
    ]),
    nodeFunction('legacy'),
    {
      amplify: ['add', 'function'],
      answers: [
        ['capability you want', 'Lambda function (serverless function)'],
        ['AWS Lambda function name', 'scribe'],
        ['runtime that you want', 'Python'],
        ['advanced settings\\?', false],
        ['edit the local lambda', false],
      ],
    },
    nodeFunction('profile', [
      ['advanced settings\\?', true],
      ['access other resources', true],
      ['Select the categories', ['storage', 'api', 'auth', 'function']],
      ['Storage has', ['UserProfile:@model(appsync)', 'drawings']],
      ['permit on UserProfile', ['create', 'read', 'update', 'delete']],
      ['permit on drawings', ['create', 'read', 'delete']],
      ['Api has', ['workshop']],
      ['operations you want to permit on workshop', ['Query', 'Mutation', 'Subscription']],
      ['Auth has', ['makers']],
      ['permit on makers', ['read']],
      ['Function has', ['ledger']],
      ['permit on ledger', ['read']],
      ['recurring schedule', false],
      ['Lambda layers', false],
      ['environment variables for this', false],
      ['secret values', false],
    ]),
    nodeFunction('vault', [
      ['advanced settings\\?', true],
      ['access other resources', false],
      ['recurring schedule', false],
      ['Lambda layers', false],
      ['environment variables for this', true],
      ...variables([
        ['GREETING', 'Say `hi` to ${name}, "friend" — it\'s \\ ok'],
        ['EXIT', '${process.exit(1)}'],
        ['COMMENT', '日本語 */ // </script> #{x} {{y}}'],
      ]),
      ['secret values', false],
    ]),
    { overlay: 'handwritten' },
    { edit: editTemplates },
    {
      amplify: ['push'],
      answers: [
        ['Are you sure you want to continue', true],
        ['generate code for your newly', false],
      ],
    },
  ],
};
