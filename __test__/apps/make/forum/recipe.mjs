import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The logical id of the user pool's stack; the CLI draws the resource's name. */
function userPool(project) {
  const [resource] = readdirSync(join(project, 'amplify', 'backend', 'auth'));
  return `auth${resource}`;
}

/**
 * forum: everything of a GraphQL API that is not in the schema: templates in resolvers/ that replace and extend generated pipelines, resolvers of
 * the user's own fields on HTTP, NONE, Lambda and DynamoDB data sources and in JavaScript (stacks/), an override.ts, a model that is searchable.
 */
export default {
  projectName: 'forum',
  appId: 'd1forum3h8k5r2',
  env: 'live',
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
      amplify: ['add', 'function'],
      answers: [
        ['capability you want', 'Lambda function (serverless function)'],
        ['AWS Lambda function name', 'forumgreeting'],
        ['runtime that you want', 'NodeJS'],
        ['function template', 'Hello World'],
        ['advanced settings\\?', false],
        ['package manager', 'NPM'],
        ['edit the local lambda', false],
      ],
    },
    {
      amplify: ['add', 'api', '--headless'],
      headless: (project) => ({
        version: 1,
        serviceConfiguration: {
          serviceName: 'AppSync',
          apiName: 'forum',
          transformSchema: readFileSync(new URL('schema.graphql', import.meta.url), 'utf8'),
          defaultAuthType: { mode: 'AMAZON_COGNITO_USER_POOLS', cognitoUserPoolId: userPool(project) },
          additionalAuthTypes: [{ mode: 'API_KEY', expirationTime: 30, keyDescription: 'reading without an account' }],
        },
      }),
    },
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
