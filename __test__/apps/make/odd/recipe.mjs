import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const schemaFolder = fileURLToPath(new URL('schema', import.meta.url));
const schemaFiles = readdirSync(schemaFolder).sort();

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function writeJson(path, value) {
  writeFileSync(path, JSON.stringify(value, null, 2));
}

function column(name, type, more) {
  return [
    ['name this column', name],
    ['Choose the data type', type],
    ['Would you like to add another column', more],
  ];
}

function nodeFunction(name, answers) {
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

/**
 * odd: names and texts that break careless code generators, and what the migration does not support. The CLI accepts everything in the recipe;
 * the overlay and the `edit` steps are what a developer does by hand.
 */
export default {
  projectName: 'odd',
  appId: 'd1odd0k6w4y2p',
  env: 'dev',
  region: 'us-east-1',
  steps: [
    {
      amplify: ['add', 'auth', '--headless'],
      headless: {
        version: 2,
        resourceName: 'class',
        serviceConfiguration: {
          serviceName: 'Cognito',
          includeIdentityPool: false,
          userPoolConfiguration: {
            userPoolName: "odd_'users'_ünïcode",
            signinMethod: 'EMAIL_AND_PHONE_NUMBER',
            requiredSignupAttributes: ['EMAIL', 'FAMILY_NAME'],
            readAttributes: ['EMAIL', 'FAMILY_NAME', 'EMAIL_VERIFIED'],
            writeAttributes: ['EMAIL', 'FAMILY_NAME'],
            mfa: { mode: 'OPTIONAL', mfaTypes: ['SMS', 'TOTP'], smsMessage: 'Dein `Code` für ${app} ist {####}' },
            passwordPolicy: { minimumLength: 12, additionalConstraints: ['REQUIRE_DIGIT', 'REQUIRE_SYMBOL'] },
            refreshTokenPeriod: 3650,
            autoVerifiedAttributes: [
              { type: 'EMAIL', verificationSubject: "It's `you` & ${me}", verificationMessage: 'Hi "you"\\ — use <b>{####}</b>; ${process.env.SECRET}' },
            ],
            userPoolGroups: [{ groupName: "Bob's-Team" }, { groupName: 'default' }],
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
          apiName: 'interface',
          transformSchema: schemaFiles.map((file) => readFileSync(join(schemaFolder, file), 'utf8')).join('\n'),
          defaultAuthType: { mode: 'API_KEY', expirationTime: 365, keyDescription: 'key for `${everyone}`' },
          additionalAuthTypes: [{ mode: 'AMAZON_COGNITO_USER_POOLS', cognitoUserPoolId: 'authclass' }, { mode: 'AWS_IAM' }],
        },
      },
    },
    {
      edit: (project) => {
        const api = join(project, 'amplify', 'backend', 'api', 'interface');
        cpSync(schemaFolder, join(api, 'schema'), { recursive: true });
        rmSync(join(api, 'schema.graphql'));
      },
    },
    {
      amplify: ['add', 'storage'],
      answers: [
        ['below.*services', 'NoSQL Database'],
        ['friendly name', 'default'],
        ['table name', 'odd.things-v2'],
        ...column('class', 'string', true),
        ...column('1st', 'number', true),
        ...column('new-key', 'binary', false),
        ['partition key for the table', 'class'],
        ['add a sort key to your table', true],
        ['sort key for the table', '1st'],
        ['add global secondary indexes', true],
        ['GSI name', 'by-new_key'],
        ['partition key for the GSI', 'new-key'],
        ['sort key to your global secondary index', false],
        ['add more global secondary indexes', false],
        ['Lambda Trigger for your Table', false],
      ],
    },
    {
      amplify: ['add', 'storage'],
      answers: [
        ['below.*services', 'NoSQL Database'],
        ['friendly name', 'lists'],
        ['table name', 'lists'],
        ...column('id', 'string', false),
        ['partition key for the table', 'id'],
        ['add a sort key to your table', false],
        ['add global secondary indexes', false],
        ['Lambda Trigger for your Table', false],
      ],
    },
    nodeFunction('delete', [
      ['advanced settings\\?', true],
      ['access other resources', true],
      ['Select the categories', ['storage', 'auth']],
      ['Storage has', ['default', 'Object:@model(appsync)']],
      ['permit on default', ['delete']],
      ['permit on Object', ['read']],
      ['Auth has', ['class']],
      ['permit on class', ['read']],
      ['recurring schedule', false],
      ['Lambda layers', false],
      ['environment variables for this', true],
      ['environment variable name', 'GREETING'],
      ['environment variable value', 'Say `hi` to ${name}, "friend" — it\'s \\ ok'],
      ['what you want to do with env', 'Add new environment variable'],
      ['environment variable name', 'class'],
      ['environment variable value', '${process.exit(1)}'],
      ['what you want to do with env', 'Add new environment variable'],
      ['environment variable name', 'first_1'],
      ['environment variable value', '日本語 🎉 </script> */ // #'],
      ['what you want to do with env', "I'm done"],
      ['configure secret values', true],
      ['secret name', 'API_TOKEN'],
      ['value for API_TOKEN', 'not-a-real-secret'],
      ['What do you want to do', "I'm done"],
    ]),
    nodeFunction('default', [['advanced settings\\?', false]]),
    {
      amplify: ['add', 'function'],
      answers: [
        ['capability you want', 'Lambda function (serverless function)'],
        ['AWS Lambda function name', 'report'],
        ['runtime that you want', 'Python'],
        ['advanced settings\\?', false],
        ['edit the local lambda', false],
      ],
    },
    {
      amplify: ['add', 'api'],
      answers: [
        ['below.*services', 'REST'],
        ['friendly name', 'import'],
        ['Provide a path', '/my-items'],
        ['Choose a Lambda source', 'Use a Lambda function already added in the current Amplify project'],
        ['invoke by this path', 'delete'],
        ['Restrict API access', false],
        ['add another path', true],
        ['Provide a path', '/items/{id}'],
        ['Choose a Lambda source', 'Use a Lambda function already added in the current Amplify project'],
        ['invoke by this path', 'delete'],
        ['Restrict API access', false],
        ['add another path', true],
        ['Provide a path', '/1st'],
        ['Choose a Lambda source', 'Use a Lambda function already added in the current Amplify project'],
        ['invoke by this path', 'default'],
        ['Restrict API access', false],
        ['add another path', false],
      ],
    },
    {
      amplify: ['add', 'custom'],
      answers: [
        ['How do you want to define this custom resource', 'AWS CloudFormation'],
        ['name for your custom resource', 'alarms'],
        ['access Amplify generated resources', false],
        ['edit the CloudFormation stack', false],
      ],
    },
    { overlay: 'handwritten' },
    {
      // `amplify add predictions` would turn the user pool into one with an identity pool, so the resource is registered by hand
      edit: (project) => {
        const backend = join(project, 'amplify', 'backend');
        for (const file of ['amplify-meta.json', 'backend-config.json']) {
          const resources = readJson(join(backend, file));
          resources.predictions = { labels: { providerPlugin: 'awscloudformation', service: 'Rekognition', identifyType: 'identifyLabels' } };
          writeJson(join(backend, file), resources);
        }
      },
    },
    { amplify: ['push'], answers: [['Are you sure you want to continue', true], ['generate code for your newly', false]] },
    {
      // a project from before version 7 of the CLI has none
      edit: (project) => {
        for (const backend of ['backend', '#current-cloud-backend']) {
          rmSync(join(project, 'amplify', backend, 'storage', 'lists', 'cli-inputs.json'));
        }
      },
    },
  ],
};
