import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The logical id of the user pool's stack; the CLI draws the resource's name. */
function userPool(project) {
  const [resource] = readdirSync(join(project, 'amplify', 'backend', 'auth'));
  return `auth${resource}`;
}

/** notes: e-mail sign-in, GraphQL models with relations, a bucket with guest access, a function with rights on one model and on the API. */
export default {
  projectName: 'notes',
  appId: 'd1notes7q2k4mz',
  env: 'main',
  region: 'us-east-1',
  steps: [
    {
      amplify: ['add', 'auth'],
      answers: [
        ['default authentication and security configuration', 'Default configuration'],
        ['How do you want users to be able to sign in', 'Email'],
        ['configure advanced settings', 'No, I am done.'],
      ],
    },
    {
      amplify: ['add', 'api', '--headless'],
      headless: (project) => ({
        version: 1,
        serviceConfiguration: {
          serviceName: 'AppSync',
          apiName: 'notes',
          transformSchema: readFileSync(new URL('schema.graphql', import.meta.url), 'utf8'),
          defaultAuthType: { mode: 'AMAZON_COGNITO_USER_POOLS', cognitoUserPoolId: userPool(project) },
          additionalAuthTypes: [{ mode: 'API_KEY', expirationTime: 30, keyDescription: 'public reading' }],
        },
      }),
    },
    {
      amplify: ['add', 'storage', '--headless'],
      headless: {
        version: 1,
        serviceConfiguration: {
          serviceName: 'S3',
          permissions: { auth: ['CREATE_AND_UPDATE', 'READ', 'DELETE'], guest: ['READ'] },
          resourceName: 'attachments',
          bucketName: 'notesattachments7b1e',
        },
      },
    },
    {
      amplify: ['add', 'function'],
      answers: [
        ['capability you want', 'Lambda function (serverless function)'],
        ['AWS Lambda function name', 'notesdigest'],
        ['runtime that you want', 'NodeJS'],
        ['function template', 'Hello World'],
        ['advanced settings\\?', true],
        ['access other resources', true],
        ['Select the categories', ['api', 'storage']],
        ['Select the operations you want to permit on notes', ['Query', 'Mutation']],
        ['Storage has', ['Note:@model(appsync)']],
        ['permit on Note:', ['create', 'read', 'update']],
        ['recurring schedule', false],
        ['Lambda layers', false],
        ['environment variables for this', true],
        ['environment variable name', 'DIGEST_LIMIT'],
        ['environment variable value', '25'],
        ['what you want to do with env', 'Add new environment variable'],
        ['environment variable name', 'DIGEST_SUBJECT'],
        ['environment variable value', "This week's shared notes"],
        ['what you want to do with env', "I'm done"],
        ['secret values', false],
        ['package manager', 'NPM'],
        ['edit the local lambda', false],
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
