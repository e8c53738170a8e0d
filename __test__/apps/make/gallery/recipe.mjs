import { readFileSync } from 'node:fs';

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
 * gallery: e-mail and social sign-in over the hosted UI, groups that new users are put into and that have rights of their own on the bucket, a
 * bucket with an upload trigger, GraphQL with an API key first and IAM and user pools besides, an ES module function with rights on the user pool.
 */
export default {
  projectName: 'gallery',
  appId: 'd1gallery4w8n2p',
  env: 'main',
  region: 'us-east-1',
  steps: [
    {
      amplify: ['add', 'auth'],
      answers: [
        ['default authentication and security configuration', 'Manual configuration'],
        ['authentication/authorization services', 'User Sign-Up, Sign-In, connected with AWS IAM controls (Enables per-user Storage features for images or other content, Analytics, and more)'],
        ['friendly name for your resource', 'galleryusers'],
        ['name for your identity pool', 'galleryusers_identitypool'],
        ['Allow unauthenticated logins', 'Yes'],
        ['3rd party authentication providers', 'No'],
        ['name for your user pool:', 'galleryusers_userpool'],
        ['users to be able to sign in', 'Email'],
        ['add User Pool Groups', 'Yes'],
        ['name for your user pool group', 'Admin'],
        ['add another User Pool Group', true],
        ['name for your user pool group', 'Basic'],
        ['add another User Pool Group', false],
        ['Sort the user pool groups', ['Admin', 'Basic']],
        ['admin queries API', 'No'],
        ['Multifactor authentication', 'OFF'],
        ['Email based user registration', 'Enabled (Requires per-user email entry at registration)'],
        ['email verification subject', 'Your verification code'],
        ['email verification message', 'Your verification code is {####}'],
        ['override the default password policy', false],
        ['attributes are required for signing up', ['Email']],
        ['refresh token expiration', '30'],
        ['attributes this app can read and write', false],
        ['following capabilities', []],
        ['use an OAuth flow', 'Yes'],
        ['domain name prefix', 'gallery-sign-in'],
        ['Enter your redirect signin URI', 'http://localhost:5173/'],
        ['add another redirect signin', true],
        ['Enter your redirect signin URI', 'https://main.d1gallery4w8n2p.amplifyapp.com/'],
        ['add another redirect signin', false],
        ['Enter your redirect signout URI', 'http://localhost:5173/'],
        ['add another redirect signout', false],
        ['OAuth flows enabled', 'Authorization code grant'],
        ['OAuth scopes enabled', ['Phone', 'Email', 'OpenID', 'Profile', 'aws.cognito.signin.user.admin']],
        ['social providers you want to configure', ['Facebook', 'Google']],
        ['Facebook App ID for your OAuth', '112233445566'],
        ['Facebook App Secret for your OAuth', 'facebook-not-a-real-secret'],
        ['Google Web Client ID for your OAuth', '123-abc.apps.googleusercontent.com'],
        ['Google Web Client Secret for your OAuth', 'google-not-a-real-secret'],
        ['configure Lambda Triggers', true],
        ['triggers do you want to enable', ['Post Confirmation']],
        ['functionality do you want to use for Post Confirmation', ['Add User To Group']],
        ['name of the group to which users will be added', 'Basic'],
        ['edit your .*function now', false],
        ['edit the local', false],
      ],
    },
    nodeFunction('gallerymembers', [
      ['advanced settings\\?', true],
      ['access other resources', true],
      ['Select the categories', ['auth']],
      ['Auth has', ['galleryusers']],
      ['permit on galleryusers', ['create', 'read', 'update', 'delete']],
      ['recurring schedule', false],
      ['Lambda layers', false],
      ['environment variables for this', false],
      ['secret values', false],
    ]),
    nodeFunction('gallerythumbnails', [['advanced settings\\?', false]]),
    {
      amplify: ['add', 'storage', '--headless'],
      headless: {
        version: 1,
        serviceConfiguration: {
          serviceName: 'S3',
          permissions: {
            auth: ['CREATE_AND_UPDATE', 'READ'],
            guest: ['READ'],
            groups: { Admin: ['CREATE_AND_UPDATE', 'READ', 'DELETE'], Basic: ['READ'] },
          },
          resourceName: 'pictures',
          bucketName: 'gallerypictures3c9d',
          lambdaTrigger: { mode: 'existing', name: 'gallerythumbnails' },
        },
      },
    },
    {
      amplify: ['add', 'api', '--headless'],
      headless: {
        version: 1,
        serviceConfiguration: {
          serviceName: 'AppSync',
          apiName: 'gallery',
          transformSchema: readFileSync(new URL('schema.graphql', import.meta.url), 'utf8'),
          defaultAuthType: { mode: 'API_KEY', expirationTime: 100, keyDescription: 'visitors' },
          additionalAuthTypes: [{ mode: 'AWS_IAM' }, { mode: 'AMAZON_COGNITO_USER_POOLS', cognitoUserPoolId: 'authgalleryusers' }],
        },
      },
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
