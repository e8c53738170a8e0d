import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const schemaFolder = fileURLToPath(new URL('schema', import.meta.url));
const schemaFiles = readdirSync(schemaFolder).sort();

function nodeFunction(name) {
  return {
    amplify: ['add', 'function'],
    answers: [
      ['capability you want', 'Lambda function (serverless function)'],
      ['AWS Lambda function name', name],
      ['runtime that you want', 'NodeJS'],
      ['function template', 'Hello World'],
      ['advanced settings\\?', false],
      ['package manager', 'NPM'],
      ['edit the local lambda', false],
    ],
  };
}

function prediction(category, answers) {
  return { amplify: ['add', 'predictions'], answers: [['select from one of the categories', category], ...answers] };
}

const all = ['create', 'read', 'update', 'delete'];
const path = (lambdaFunction, permissions) => ({ lambdaFunction, permissions });

/** Paths of the three REST APIs. What the CLI asks one question at a time for is written into its inputs. */
const restApis = {
  frontdesk: {
    '/': path('visits', { setting: 'open' }),
    '/rooms': path('visits', { setting: 'private', auth: ['read'] }),
    '/rooms/booked': path('laboratory', { setting: 'private', auth: ['create', 'read'] }),
    '/beds/{bed}': path('visits', { setting: 'private', auth: all }),
    '/beds/{bed}/charts': path('laboratory', { setting: 'protected', auth: ['update', 'delete'], guest: ['read'] }),
    '/wards/{ward}/nurses/{nurse}': path('audit', { setting: 'private', auth: ['read'] }),
    '/export': path('audit', { setting: 'private', groups: { Doctors: all, Nurses: ['read'] } }),
    '/my-visits': path('visits', { setting: 'protected', auth: all, guest: ['create'], groups: { Nurses: ['update'] } }),
  },
  records: {
    '/rooms': path('audit', { setting: 'private', auth: ['read', 'update'] }),
    '/export': path('laboratory', { setting: 'private', auth: ['read'] }),
  },
  class: {
    '/visits': path('visits', { setting: 'open' }),
    '/1st/{proxy}': path('laboratory', { setting: 'open' }),
  },
};

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function writeJson(file, value) {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, JSON.stringify(value, null, 2));
}

function addRestApis(project) {
  const backend = join(project, 'amplify', 'backend');
  const meta = readJson(join(backend, 'amplify-meta.json'));
  const config = readJson(join(backend, 'backend-config.json'));
  for (const [name, paths] of Object.entries(restApis)) {
    const named = Object.fromEntries(Object.entries(paths).map(([path, entry]) => [path, { name: path, ...entry }]));
    writeJson(join(backend, 'api', name, 'cli-inputs.json'), { version: 1, paths: named });
    const functions = [...new Set(Object.values(paths).map((entry) => entry.lambdaFunction))];
    const dependsOn = functions.map((resourceName) => ({ category: 'function', resourceName, attributes: ['Name', 'Arn'] }));
    const groups = [...new Set(Object.values(paths).flatMap((entry) => Object.keys(entry.permissions.groups ?? {})))];
    if (groups.length > 0) {
      dependsOn.push({ category: 'auth', resourceName: 'staff', attributes: ['UserPoolId'] });
      dependsOn.push({ category: 'auth', resourceName: 'userPoolGroups', attributes: groups.map((group) => `${group}GroupRole`) });
    }
    const entry = { service: 'API Gateway', providerPlugin: 'awscloudformation', dependsOn };
    meta.api[name] = entry;
    config.api[name] = entry;
  }
  writeJson(join(backend, 'amplify-meta.json'), meta);
  writeJson(join(backend, 'backend-config.json'), config);
}

/** Answers that the dialogue of `add predictions` loses when nobody types them. */
function completeForms(project) {
  const file = join(project, 'amplify', 'backend', 'predictions', 'forms', 'parameters.json');
  writeJson(file, { ...readJson(file), access: 'auth', identifyDoc: 'document', format: 'ALL' });
}

/** What the CLI adds to a function that is chosen as the API's authorizer in its dialogue; the headless form leaves it out. */
function letAppSyncInvoke(project) {
  const file = join(project, 'amplify', 'backend', 'function', 'authorize', 'authorize-cloudformation-template.json');
  const template = readJson(file);
  template.Resources.PermissionForAppSyncToInvokeLambda = {
    Type: 'AWS::Lambda::Permission',
    Properties: { FunctionName: { Ref: 'LambdaFunction' }, Action: 'lambda:InvokeFunction', Principal: 'appsync.amazonaws.com' },
  };
  writeJson(file, template);
}

/**
 * clinic: GraphQL with every authorization mode, a function first; the schema as a folder with @http, chains of @function and @predictions; three
 * REST APIs with shared functions, nested paths and parameters, one of them with a user pool's authorizer by override.ts; the project's own
 * override.ts; predictions of every kind.
 */
export default {
  projectName: 'clinic',
  appId: 'd1clinic5m8r2h',
  env: 'main',
  region: 'us-east-1',
  steps: [
    {
      amplify: ['add', 'auth', '--headless'],
      headless: {
        version: 2,
        resourceName: 'staff',
        serviceConfiguration: {
          serviceName: 'Cognito',
          includeIdentityPool: true,
          identityPoolConfiguration: { identityPoolName: 'clinic_identitypool', unauthenticatedLogin: true },
          userPoolConfiguration: {
            userPoolName: 'clinic_userpool',
            signinMethod: 'EMAIL',
            requiredSignupAttributes: ['EMAIL'],
            userPoolGroups: [{ groupName: 'Doctors' }, { groupName: 'Nurses' }],
          },
        },
      },
    },
    {
      amplify: ['add', 'storage', '--headless'],
      headless: {
        version: 1,
        serviceConfiguration: {
          serviceName: 'S3',
          permissions: { auth: ['CREATE_AND_UPDATE', 'READ'], guest: ['READ'] },
          resourceName: 'scans',
          bucketName: 'clinicscans7f1b',
        },
      },
    },
    ...['authorize', 'visits', 'laboratory', 'audit'].map(nodeFunction),
    {
      amplify: ['add', 'api', '--headless'],
      headless: {
        version: 1,
        serviceConfiguration: {
          serviceName: 'AppSync',
          apiName: 'clinic',
          transformSchema: 'type Query { hello: String @function(name: "visits-${env}") @auth(rules: [{ allow: custom }]) }',
          defaultAuthType: { mode: 'AWS_LAMBDA', lambdaFunction: 'authorize', ttlSeconds: '90' },
          additionalAuthTypes: [
            {
              mode: 'OPENID_CONNECT',
              openIDProviderName: "north's `wing`",
              openIDIssuerURL: 'https://login.clinic.example.com/',
              openIDClientID: 'clinic-(web|app)',
              openIDAuthTTL: '3600000',
              openIDIatTTL: '7200500',
            },
            { mode: 'AMAZON_COGNITO_USER_POOLS', cognitoUserPoolId: 'authstaff' },
            { mode: 'API_KEY', expirationTime: 30, keyDescription: 'screens in the lobby' },
            { mode: 'AWS_IAM' },
          ],
        },
      },
    },
    {
      edit: (project) => {
        const api = join(project, 'amplify', 'backend', 'api', 'clinic');
        cpSync(schemaFolder, join(api, 'schema'), { recursive: true });
        rmSync(join(api, 'schema.graphql'));
      },
    },
    prediction('Convert', [
      ['What would you like to convert', 'Translate text into a different language'],
      ['friendly name', 'toSpanish'],
      ['source language', 'English'],
      ['target language', 'Spanish'],
      ['Who should have access', 'Auth users only'],
    ]),
    prediction('Convert', [
      ['What would you like to convert', 'Transcribe text from audio'],
      ['friendly name', 'dictation'],
      ['source language', 'British English'],
      ['Who should have access', 'Auth users only'],
    ]),
    prediction('Interpret', [
      ['What would you like to interpret', 'Interpret Text'],
      ['friendly name', 'mood'],
      ['kind of interpretation', 'Sentiment'],
      ['Who should have access', 'Auth and Guest users'],
    ]),
    prediction('Identify', [
      ['What would you like to identify', 'Identify Text'],
      ['friendly name', 'forms'],
      ['identify documents', true],
      ['Who should have access', 'Auth users only'],
    ]),
    { edit: completeForms },
    { edit: letAppSyncInvoke },
    { edit: addRestApis },
    { overlay: 'handwritten' },
    {
      amplify: ['push'],
      answers: [
        ['Are you sure you want to continue', true],
        ['generate code for your newly', false],
      ],
    },
  ],
};
