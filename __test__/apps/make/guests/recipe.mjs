import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const POOLS = fileURLToPath(new URL('pools.cjs', import.meta.url));

/** The ids of the pools, which exist before the app and belong to somebody else. */
let ids = {};

/**
 * guests: users of another department's user pool and identity pool, which the app imports: a GraphQL API for them, a function with rights on the
 * pool, a bucket that they and guests may use.
 */
export default {
  projectName: 'guests',
  appId: 'd1guests9k4r7v',
  env: 'main',
  region: 'us-east-1',
  steps: [
    {
      edit: (project, { cli, endpoint }) => {
        const output = execFileSync(process.execPath, [POOLS], { env: { ...process.env, CLI: cli, AWS_ENDPOINT_URL: endpoint } });
        ids = JSON.parse(output.toString());
      },
    },
    {
      amplify: ['import', 'auth', '--headless'],
      headless: () => ({ version: 1, ...ids }),
    },
    {
      amplify: ['add', 'api', '--headless'],
      headless: {
        version: 1,
        serviceConfiguration: {
          serviceName: 'AppSync',
          apiName: 'guestbook',
          transformSchema: readFileSync(new URL('schema.graphql', import.meta.url), 'utf8'),
          defaultAuthType: { mode: 'AMAZON_COGNITO_USER_POOLS', cognitoUserPoolId: 'authguests' },
          additionalAuthTypes: [{ mode: 'AWS_IAM' }],
        },
      },
    },
    {
      amplify: ['add', 'function'],
      answers: [
        ['capability you want', 'Lambda function (serverless function)'],
        ['AWS Lambda function name', 'guestsreception'],
        ['runtime that you want', 'NodeJS'],
        ['function template', 'Hello World'],
        ['advanced settings\\?', true],
        ['access other resources', true],
        ['Select the categories', ['auth']],
        ['permit on', ['read', 'update']],
        ['recurring schedule', false],
        ['Lambda layers', false],
        ['environment variables for this', false],
        ['secret values', false],
        ['package manager', 'NPM'],
        ['edit the local lambda', false],
      ],
    },
    {
      amplify: ['add', 'storage', '--headless'],
      headless: {
        version: 1,
        serviceConfiguration: {
          serviceName: 'S3',
          permissions: { auth: ['CREATE_AND_UPDATE', 'READ'], guest: ['READ'] },
          resourceName: 'portraits',
          bucketName: 'guestsportraits7d2a',
        },
      },
    },
    {
      amplify: ['push'],
      answers: [
        ['Are you sure you want to continue', true],
        ['generate code for your newly', false],
      ],
    },
  ],
};
