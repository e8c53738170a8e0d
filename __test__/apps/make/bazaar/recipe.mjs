import { readFileSync } from 'node:fs';

import { longText, texts } from './texts.mjs';

const ALL = ['create', 'read', 'update', 'delete'];
const IN_PROJECT = 'Use a Lambda function already added in the current Amplify project';
const schema = readFileSync(new URL('schema.graphql', import.meta.url), 'utf8');

function nodeFunction(name, { rights, variables = {}, schedule } = {}) {
  const variableNames = Object.keys(variables);
  return {
    amplify: ['add', 'function'],
    answers: [
      ['capability you want', 'Lambda function (serverless function)'],
      ['AWS Lambda function name', name],
      ['runtime that you want', 'NodeJS'],
      ['function template', 'Hello World'],
      ['advanced settings\\?', true],
      ['access other resources', rights !== undefined],
      ...(rights
        ? [
            ['Select the categories', Object.keys(rights)],
            ...Object.entries(rights).flatMap(([category, resources]) => [
              [`^${category} has`, Object.keys(resources)],
              ...Object.entries(resources).map(([resource, operations]) => [`permit on ${resource.replace(/[()]/g, '.')}$`, operations]),
            ]),
          ]
        : []),
      ['recurring schedule', schedule !== undefined],
      ...(schedule
        ? [
            ['At which interval', 'Custom AWS cron expression'],
            ['Custom Schedule expression', schedule],
          ]
        : []),
      ['Lambda layers', false],
      ['environment variables for this', variableNames.length > 0],
      ...variableNames.flatMap((variable, index) => [
        ['environment variable name', variable],
        ['environment variable value', variables[variable]],
        ['what you want to do with env', index < variableNames.length - 1 ? 'Add new environment variable' : "I'm done"],
      ]),
      ['secret values', false],
      ['package manager', 'NPM'],
      ['edit the local lambda', false],
    ],
  };
}

function table(name, tableName, columns, { sortKey, indexes = [] } = {}) {
  const names = Object.keys(columns);
  return {
    amplify: ['add', 'storage'],
    answers: [
      ['below.*services', 'NoSQL Database'],
      ['friendly name', name],
      ['table name', tableName],
      ...names.flatMap((column, index) => [
        ['name this column', column],
        ['Choose the data type', columns[column]],
        ['add another column', index < names.length - 1],
      ]),
      ['partition key for the table', names[0]],
      ['add a sort key to your table', sortKey !== undefined],
      ...(sortKey ? [['sort key for the table', sortKey]] : []),
      ['add global secondary indexes', indexes.length > 0],
      ...indexes.flatMap(([index, key, sort], position) => [
        ['GSI name', index],
        ['partition key for the GSI', key],
        ['sort key to your global secondary index', sort !== undefined],
        ...(sort ? [['sort key for the GSI', sort]] : []),
        ['add more global secondary indexes', position < indexes.length - 1],
      ]),
      ['Lambda Trigger for your Table', false],
    ],
  };
}

function restApi(name, paths) {
  return {
    amplify: ['add', 'api'],
    answers: [
      ['below.*services', 'REST'],
      ['friendly name', name],
      ...paths.flatMap(([path, handler, auth, guest], index) => [
        ['Provide a path', path],
        ['overlaps with', true],
        ['Choose a Lambda source', IN_PROJECT],
        ['invoke by this path', handler],
        ['Restrict API access', auth !== undefined],
        ...(auth
          ? [
              ['Restrict access by', 'Auth/Guest Users'],
              ['Who should have access', guest ? 'Authenticated and Guest users' : 'Authenticated users only'],
              ['grant to Authenticated users', auth],
              ...(guest ? [['grant to Guest users', guest]] : []),
            ]
          : []),
        ['add another path', index < paths.length - 1],
      ]),
    ],
  };
}

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

/**
 * bazaar: every name is hostile. The CLI's own code trips over some of them, so it makes the app with stand-ins that begin with `zq`, and
 * `rename.mjs` gives everything its name afterwards, in the project and in what was deployed.
 */
export default {
  projectName: 'bazaar',
  appId: 'd1bazaar9h3v6n',
  env: 'prodx',
  region: 'ap-southeast-2',
  steps: [
    {
      amplify: ['add', 'auth', '--headless'],
      headless: {
        version: 2,
        resourceName: 'backend',
        serviceConfiguration: {
          serviceName: 'Cognito',
          includeIdentityPool: true,
          identityPoolConfiguration: { identityPoolName: 'bazaar - the_pool+of=bazaar,.@', unauthenticatedLogin: true },
          userPoolConfiguration: {
            userPoolName: 'bazaar - users+of,the=bazaar.@',
            signinMethod: 'EMAIL',
            requiredSignupAttributes: ['EMAIL'],
            mfa: { mode: 'OFF' },
            autoVerifiedAttributes: [
              { type: 'EMAIL', verificationSubject: texts.subject, verificationMessage: longText },
            ],
            userPoolGroups: texts.groups.map((groupName) => ({ groupName })),
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
          apiName: 'items',
          transformSchema: schema,
          defaultAuthType: { mode: 'API_KEY', expirationTime: 365, keyDescription: texts.line },
          additionalAuthTypes: [{ mode: 'AMAZON_COGNITO_USER_POOLS', cognitoUserPoolId: 'authbackend' }, { mode: 'AWS_IAM' }],
        },
      },
    },
    table('items', 'items.v2_-x', { zqhash: 'string', zqdot: 'number', 'zq-dash': 'binary', constructor: 'string' }, {
      sortKey: 'zqdot',
      indexes: [['zqindex', 'zq-dash', 'constructor'], ['constructor', 'constructor']],
    }),
    table('data', 'data', { default: 'string' }),
    table('zq1st', '1st', { id: 'string' }),
    table('zqtables', 'constructor', { toString: 'string', class: 'string' }, { sortKey: 'class' }),
    stream('analytics', '2'),
    nodeFunction('zqclass'),
    nodeFunction('zqitems', {
      rights: { storage: { items: ALL, 'Items:@model(appsync)': ['read'] }, function: { zqclass: ['read'] }, auth: { backend: ['read'] } },
      variables: texts.variables,
    }),
    nodeFunction('item', { rights: { storage: { 'Item:@model(appsync)': ['read'], 'ItemsList:@model(appsync)': ['read', 'delete'] } } }),
    nodeFunction('itemsList', { rights: { api: { items: ['Query'] } } }),
    nodeFunction('zqawait', { schedule: '0/7 8-18 ? * MON-FRI *' }),
    nodeFunction('zqconstructor', { rights: { function: { zqitems: ['read'], itemsList: ['read'] } } }),
    nodeFunction('zqtostring', { rights: { analytics: { analytics: ['create'] } } }),
    nodeFunction('zq1st', { rights: { storage: { zq1st: ['create'], zqtables: ['read'], data: ALL } } }),
    nodeFunction('zqbackend', { rights: { analytics: { analytics: ['read'] } } }),
    nodeFunction('zqauth', { rights: { auth: { backend: ALL } } }),
    nodeFunction('zqdata'),
    nodeFunction('branchName'),
    nodeFunction('userPool', { rights: { storage: { 'backend:@model(appsync)': ['create'] } } }),
    nodeFunction('zqstorage'),
    nodeFunction('schema'),
    nodeFunction('resource', { rights: { analytics: { analytics: ['create', 'read'] } } }),
    {
      amplify: ['add', 'storage', '--headless'],
      headless: {
        version: 1,
        serviceConfiguration: {
          serviceName: 'S3',
          permissions: {
            auth: ['CREATE_AND_UPDATE', 'READ', 'DELETE'],
            guest: ['CREATE_AND_UPDATE', 'READ'],
            groups: Object.fromEntries(texts.groups.slice(0, 3).map((group) => [group, ['READ', 'DELETE']])),
          },
          resourceName: 'zqstorage',
          bucketName: '1st-bucket-of-bazaar',
          lambdaTrigger: { mode: 'existing', name: 'zqstorage' },
        },
      },
    },
    restApi('zqrest', [
      ['/items', 'zqitems', ['read'], ['read']],
      ['/a-b', 'zqitems', ALL],
      ['/a/b', 'zqclass'],
      ['/zqunder', 'zqclass', ['read']],
      ['/1st', 'zq1st'],
      ['/constructor', 'zqconstructor', ['create', 'delete']],
      ['/{id}/toString', 'zqtostring', ['read']],
      ['/zqversion/{class}', 'item'],
    ]),
    restApi('zqdefault', [
      ['/items', 'zqitems'],
      ['/zqbatch', 'zqclass', ['create'], ['create']],
      ['/zqproto/{constructor}', 'zqawait', ALL],
    ]),
    {
      amplify: ['add', 'custom'],
      answers: [
        ['How do you want to define this custom resource', 'AWS CloudFormation'],
        ['name for your custom resource', 'zqdefault'],
        ['access Amplify generated resources', false],
        ['edit the CloudFormation stack', false],
      ],
    },
    { overlay: 'handwritten' },
    { amplify: ['push'], answers: [['Are you sure you want to continue', true], ['generate code for your newly', false]] },
  ],
};
