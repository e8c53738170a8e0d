import { readFileSync } from 'node:fs';

import { functions, layers, restApis, tables } from './backend.mjs';

const IN_PROJECT = 'Use a Lambda function already added in the current Amplify project';

/** Answers about a schedule: minutes or a cron expression. */
function scheduleAnswers(schedule) {
  if (!schedule) return [['recurring schedule', false]];
  const [amount, unit] = schedule.split(' ');
  return unit === 'minutes'
    ? [
        ['recurring schedule', true],
        ['At which interval', 'Minutes'],
        ['rate in minutes', amount],
      ]
    : [
        ['recurring schedule', true],
        ['At which interval', 'Custom AWS cron expression'],
        ['Custom Schedule expression', schedule],
      ];
}

/** Answers about what a function may do: category → resource → operations. */
function rightsAnswers(rights) {
  if (Object.keys(rights).length === 0) return [['access other resources', false]];
  return [
    ['access other resources', true],
    ['Select the categories', Object.keys(rights)],
    ...Object.entries(rights).flatMap(([category, resources]) => [
      [`^${category} has`, Object.keys(resources).map(resourceChoice)],
      ...Object.entries(resources).map(([resource, operations]) => [`permit on ${resource}(:|$)`, operations]),
    ]),
  ];
}

const tableNames = new Set(tables.map(({ name }) => name));

/** Models are offered beside tables, with a suffix. */
function resourceChoice(name) {
  return /^[A-Z]/.test(name) && !tableNames.has(name) ? `${name}:@model(appsync)` : name;
}

function variableAnswers(variables) {
  const entries = Object.entries(variables);
  if (entries.length === 0) return [['environment variables for this', false]];
  return [
    ['environment variables for this', true],
    ...entries.flatMap(([name, value], index) => [
      ['environment variable name', name],
      ['environment variable value', value],
      ['what you want to do with env', index < entries.length - 1 ? 'Add new environment variable' : "I'm done"],
    ]),
  ];
}

function streamAnswers({ models = [], table, kinesis }) {
  if (kinesis) {
    return [
      ['event source', 'Amazon Kinesis Stream'],
      ['Kinesis event source option', 'Use Analytics category kinesis stream in the current Amplify project'],
      ['already configured|Kinesis', 'gates'],
    ];
  }
  return models.length > 0
    ? [
        ['event source', 'Amazon DynamoDB Stream'],
        ['DynamoDB event source option', 'Use API category graphql @model backed DynamoDB table(s) in the current Amplify project'],
        ['graphql @model', models],
      ]
    : [
        ['event source', 'Amazon DynamoDB Stream'],
        ['DynamoDB event source option', 'Use storage category DynamoDB table configured in the current Amplify project'],
        ['storage category DynamoDB|Choose from one of the already configured', table],
      ];
}

function addFunction({ name, streams, rights = {}, schedule, uses = [], variables = {}, secret }) {
  return {
    amplify: ['add', 'function'],
    answers: [
      ['capability you want', 'Lambda function (serverless function)'],
      ['AWS Lambda function name', name],
      ['runtime that you want', 'NodeJS'],
      ['function template', streams ? 'Lambda trigger' : 'Hello World'],
      ...(streams ? streamAnswers(streams) : []),
      ['advanced settings\\?', true],
      ...rightsAnswers(rights),
      ...scheduleAnswers(schedule),
      ...(uses.length > 0
        ? [
            ['enable Lambda layers', true],
            ['Provide existing layers', uses],
            ...uses.map(() => ['version', 'Always choose latest version']),
            ...(uses.length > 1 ? [['Modify the layer order', uses]] : []),
          ]
        : [['Lambda layers', false]]),
      ...variableAnswers(variables),
      ...(secret
        ? [
            ['configure secret values', true],
            ['secret name', secret],
            [`value for ${secret}`, 'not-a-real-secret'],
            ['What do you want to do', "I'm done"],
          ]
        : [['secret values', false]]),
      ['package manager', 'NPM'],
      ['edit the local lambda', false],
    ],
  };
}

function addTable({ name, columns, key, sortKey, indexes = [] }) {
  return {
    amplify: ['add', 'storage'],
    answers: [
      ['below.*services', 'NoSQL Database'],
      ['friendly name', name],
      ['table name', name],
      ...Object.entries(columns).flatMap(([column, type], index, { length }) => [
        ['name this column', column],
        ['Choose the data type', type],
        ['add another column', index < length - 1],
      ]),
      ['partition key for the table', key],
      ['add a sort key to your table', sortKey !== undefined],
      ...(sortKey ? [['sort key for the table', sortKey]] : []),
      ['add global secondary indexes', indexes.length > 0],
      ...indexes.flatMap((index, position) => [
        ['GSI name', index.name],
        ['partition key for the GSI', index.key],
        ['sort key to your global secondary index', index.sortKey !== undefined],
        ...(index.sortKey ? [['sort key for the GSI', index.sortKey]] : []),
        ['add more global secondary indexes', position < indexes.length - 1],
      ]),
      ['Lambda Trigger for your Table', false],
    ],
  };
}

/** Answers about who may call a path. */
function accessAnswers({ auth, guest, groups }) {
  if (!auth && !groups) return [['Restrict API access', false]];
  return [
    ['Restrict API access', true],
    ['Restrict access by', auth && groups ? 'Both' : groups ? 'Individual Groups' : 'Auth/Guest Users'],
    ...(auth
      ? [
          ['Who should have access', guest ? 'Authenticated and Guest users' : 'Authenticated users only'],
          ['grant to Authenticated users', auth],
          ...(guest ? [['grant to Guest users', guest]] : []),
        ]
      : []),
    ...(groups
      ? [['Select groups', Object.keys(groups)], ...Object.entries(groups).map(([group, operations]) => [`grant to ${group} users`, operations])]
      : []),
  ];
}

function addRestApi({ name, paths }) {
  return {
    amplify: ['add', 'api'],
    answers: [
      ['below.*services', 'REST'],
      ['friendly name', name],
      ...paths.flatMap(({ path, handler, ...access }, index) => [
        ['Provide a path', path],
        ['overlaps with', true],
        ['Choose a Lambda source', IN_PROJECT],
        ['invoke by this path', handler],
        ...accessAnswers(access),
        ['add another path', index < paths.length - 1],
      ]),
    ],
  };
}

const functionsWhere = (condition) => functions.filter(condition).map(addFunction);

/**
 * metro: everything at once, as an app is after four years. Sixty models with relations and rules, forty functions that react to streams and
 * schedules, answer REST calls and GraphQL fields, and call each other; REST APIs, tables, a bucket, a stream, a map.
 */
export default {
  projectName: 'metro',
  appId: 'd1metro5r8w2kx',
  env: 'prod',
  region: 'eu-central-1',
  small: true,
  steps: [
    {
      amplify: ['add', 'auth'],
      answers: [
        ['default authentication and security configuration', 'Manual configuration'],
        ['authentication/authorization services', 'User Sign-Up, Sign-In, connected with AWS IAM controls (Enables per-user Storage features for images or other content, Analytics, and more)'],
        ['friendly name for your resource', 'metrousers'],
        ['name for your identity pool', 'metrousers_identitypool'],
        ['Allow unauthenticated logins', 'Yes'],
        ['3rd party authentication providers', 'No'],
        ['name for your user pool:', 'metrousers_userpool'],
        ['users to be able to sign in', 'Email'],
        ['add User Pool Groups', 'Yes'],
        ['name for your user pool group', 'Admin'],
        ['add another User Pool Group', true],
        ['name for your user pool group', 'Planners'],
        ['add another User Pool Group', true],
        ['name for your user pool group', 'Maintenance'],
        ['add another User Pool Group', false],
        ['Sort the user pool groups', ['Admin', 'Planners', 'Maintenance']],
        ['admin queries API', 'No'],
        ['Multifactor authentication', 'OPTIONAL (Individual users can use MFA)'],
        ['select the MFA types', ['Time-Based One-Time Password (TOTP)']],
        ['SMS authentication message', 'Your metro code is {####}'],
        ['Email based user registration', 'Enabled (Requires per-user email entry at registration)'],
        ['email verification subject', 'Your metro account'],
        ['email verification message', 'Your code is {####}'],
        ['override the default password policy', false],
        ['attributes are required for signing up', ['Email']],
        ['refresh token expiration', '60'],
        ['attributes this app can read and write', false],
        ['following capabilities', []],
        ['OAuth flow', 'No'],
        ['configure Lambda Triggers', true],
        ['triggers do you want to enable', ['Post Confirmation', 'Pre Sign-up', 'Pre Token Generation']],
        ['functionality do you want to use for Post Confirmation', ['Add User To Group']],
        ['functionality do you want to use for Pre Sign-up', ['Sign-Up email filtering (denylist)']],
        ['functionality do you want to use for Pre Token Generation', ['Override ID Token Claims']],
        ['comma-delimited list of disallowed email domains', 'trashmail.example'],
        ['name of the group to which users will be added', 'Planners'],
        ['edit your .*function now', false],
        ['edit your .*function now', false],
        ['edit your .*function now', false],
        ['edit the local', false],
        ['edit the local', false],
        ['edit the local', false],
      ],
    },
    {
      amplify: ['add', 'api', '--headless'],
      headless: {
        version: 1,
        serviceConfiguration: {
          serviceName: 'AppSync',
          apiName: 'metro',
          transformSchema: readFileSync(new URL('schema.graphql', import.meta.url), 'utf8'),
          defaultAuthType: { mode: 'AMAZON_COGNITO_USER_POOLS', cognitoUserPoolId: 'authmetrousers' },
          additionalAuthTypes: [{ mode: 'API_KEY', expirationTime: 365, keyDescription: 'displays' }, { mode: 'AWS_IAM' }],
        },
      },
    },
    ...tables.map(addTable),
    {
      amplify: ['add', 'analytics'],
      answers: [
        ['Analytics provider', 'Amazon Kinesis Streams'],
        ['stream name', 'gates'],
        ['number of shards', '3'],
        ['allow guests and unauthenticated', true],
      ],
    },
    ...layers.map((name) => ({
      amplify: ['add', 'function'],
      answers: [
        ['capability you want', 'Lambda layer (shared code & resource used across functions)'],
        ['name for your Lambda layer', name],
        ['runtime that you want', 'NodeJS'],
        ['current AWS account will always have access', []],
      ],
    })),
    ...functionsWhere(({ after }) => after === undefined),
    {
      amplify: ['add', 'storage', '--headless'],
      headless: {
        version: 1,
        serviceConfiguration: {
          serviceName: 'S3',
          permissions: {
            auth: ['CREATE_AND_UPDATE', 'READ'],
            guest: ['READ'],
            groups: { Admin: ['CREATE_AND_UPDATE', 'READ', 'DELETE'], Planners: ['CREATE_AND_UPDATE', 'READ'] },
          },
          resourceName: 'documents',
          bucketName: 'metrodocuments5c2e',
          lambdaTrigger: { mode: 'existing', name: 'documentscan' },
        },
      },
    },
    ...restApis.map(addRestApi),
    ...functionsWhere(({ after }) => after === 'bucket and REST APIs'),
    {
      amplify: ['add', 'geo'],
      answers: [
        ['which capability', 'Map (visualize the geospatial data)'],
        ['name for the Map', 'network'],
        ['Restrict access by', 'Auth/Guest Users'],
        ['Who can access', 'Authorized and Guest users'],
        ['advanced settings', false],
      ],
    },
    { overlay: 'functions' },
    {
      amplify: ['push'],
      answers: [
        ['Are you sure you want to continue', true],
        ['generate code for your newly', false],
      ],
    },
  ],
};
