import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

function nodeFunction(name, answers, template = 'Hello World') {
  return {
    amplify: ['add', 'function'],
    answers: [
      ['capability you want', 'Lambda function (serverless function)'],
      ['AWS Lambda function name', name],
      ['runtime that you want', 'NodeJS'],
      ['function template', template],
      ...answers,
      ['package manager', 'NPM'],
      ['edit the local lambda', false],
    ],
  };
}

/**
 * depot: phone numbers as user names with MFA by SMS, an administrators' API, GraphQL for IAM first with a function that calls it and keeps a secret,
 * a layer, a function that calls another, models' streams written to a table, maps, and a stack of the developer's own.
 */
export default {
  projectName: 'depot',
  appId: 'd1depot6c2k9tm',
  env: 'live',
  region: 'us-east-1',
  steps: [
    {
      amplify: ['add', 'auth', '--headless'],
      headless: {
        version: 2,
        resourceName: 'depotusers',
        serviceConfiguration: {
          serviceName: 'Cognito',
          includeIdentityPool: true,
          identityPoolConfiguration: { identityPoolName: 'depotusers_identitypool', unauthenticatedLogin: true },
          userPoolConfiguration: {
            userPoolName: 'depotusers_userpool',
            signinMethod: 'PHONE_NUMBER',
            requiredSignupAttributes: ['PHONE_NUMBER', 'NAME'],
            mfa: { mode: 'OPTIONAL', mfaTypes: ['SMS', 'TOTP'], smsMessage: 'Your depot code is {####}' },
            autoVerifiedAttributes: [{ type: 'PHONE_NUMBER', verificationMessage: 'Confirm your number with {####}' }],
            userPoolGroups: [{ groupName: 'Keepers' }],
            adminQueries: { permissions: { restrictAccess: true, groupName: 'Keepers' } },
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
          apiName: 'depot',
          transformSchema: readFileSync(new URL('schema.graphql', import.meta.url), 'utf8'),
          defaultAuthType: { mode: 'AWS_IAM' },
          additionalAuthTypes: [{ mode: 'API_KEY', expirationTime: 60, keyDescription: 'catalog' }],
        },
      },
    },
    {
      edit: (project) =>
        writeFileSync(
          join(project, 'amplify', 'backend', 'api', 'depot', 'custom-roles.json'),
          JSON.stringify({ adminRoleNames: ['amplify-d1depot6c2k9tm', 'depotlowstock'] }, null, 2),
        ),
    },
    {
      amplify: ['add', 'storage'],
      answers: [
        ['below.*services', 'NoSQL Database'],
        ['friendly name', 'activity'],
        ['table name', 'activity'],
        ['name this column', 'id'],
        ['Choose the data type', 'string'],
        ['add another column', true],
        ['name this column', 'productId'],
        ['Choose the data type', 'string'],
        ['add another column', false],
        ['partition key for the table', 'id'],
        ['add a sort key to your table', false],
        ['add global secondary indexes', true],
        ['GSI name', 'byProduct'],
        ['partition key for the GSI', 'productId'],
        ['sort key to your global secondary index', false],
        ['add more global secondary indexes', false],
        ['Lambda Trigger for your Table', false],
      ],
    },
    {
      amplify: ['add', 'function'],
      answers: [
        ['capability you want', 'Lambda layer (shared code & resource used across functions)'],
        ['name for your Lambda layer', 'depotshared'],
        ['runtime that you want', 'NodeJS'],
        ['current AWS account will always have access', []],
      ],
    },
    nodeFunction('depotlowstock', [
      ['advanced settings\\?', true],
      ['access other resources', true],
      ['Select the categories', ['api']],
      ['Api has', ['depot']],
      ['operations you want to permit on depot', ['Query', 'Mutation']],
      ['recurring schedule', false],
      ['Lambda layers', false],
      ['environment variables for this', true],
      ['environment variable name', 'LOW_STOCK_BELOW'],
      ['environment variable value', '5'],
      ['what you want to do with env', "I'm done"],
      ['configure secret values', true],
      ['secret name', 'SUPPLIER_TOKEN'],
      ['value for SUPPLIER_TOKEN', 'not-a-real-secret'],
      ['What do you want to do', "I'm done"],
    ]),
    nodeFunction(
      'depotactivity',
      [
        ['event source', 'Amazon DynamoDB Stream'],
        ['DynamoDB event source option', 'Use API category graphql @model backed DynamoDB table(s) in the current Amplify project'],
        ['graphql @model', ['Product', 'Review']],
        ['advanced settings\\?', true],
        ['access other resources', true],
        ['Select the categories', ['storage', 'function']],
        ['Storage has', ['activity']],
        ['permit on activity', ['create', 'read', 'update', 'delete']],
        ['Function has', ['depotlowstock']],
        ['permit on depotlowstock', ['read']],
        ['recurring schedule', false],
        ['enable Lambda layers', true],
        ['Provide existing layers', ['depotdepotshared']],
        ['version', 'Always choose latest version'],
        ['environment variables for this', false],
        ['secret values', false],
      ],
      'Lambda trigger',
    ),
    {
      amplify: ['add', 'custom'],
      answers: [
        ['How do you want to define this custom resource', 'AWS CDK'],
        ['name for your custom resource', 'stockalerts'],
        ['edit the CDK stack now', false],
      ],
    },
    {
      amplify: ['add', 'geo'],
      answers: [
        ['which capability', 'Map (visualize the geospatial data)'],
        ['name for the Map', 'depotmap'],
        ['Restrict access by', 'Auth/Guest Users'],
        ['Who can access', 'Authorized and Guest users'],
        ['advanced settings', false],
      ],
    },
    {
      amplify: ['add', 'geo'],
      answers: [
        ['which capability', 'Location search (search by places, addresses, coordinates)'],
        ['name for the location search', 'depotplaces'],
        ['Restrict access by', 'Auth/Guest Users'],
        ['Who can access', 'Authorized users only'],
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
