/**
 * Permissions that may differ, each with the reason. No rule knows an app. What no rule allows makes the gate red.
 */

const LOG_WRITING = new Set(['logs:createloggroup', 'logs:createlogstream', 'logs:putlogevents']);
/** Services whose actions are named after another service than their ARNs. */
const ARN_SERVICE = { 'execute-api': 'execute-api', mobiletargeting: 'mobiletargeting', 'cognito-idp': 'cognito-idp' };

/**
 * The context is all grants of the other generation.
 * @type {import('./allowance.mjs').Allowance<import('./compare-permissions.mjs').PermissionDifference, {others: import('./iam.mjs').Grant[]}>[]}
 */
export const ALLOWED_PERMISSION_DIFFERENCES = [
  {
    id: 'basic-execution-role',
    reason:
      'CDK attaches AWSLambdaBasicExecutionRole to the role of every function: it may write logs to any group instead of its own only.',
    covers: ({ principal, direction, action, source }) =>
      principal.kind === 'functionRole' &&
      direction === 'wider' &&
      LOG_WRITING.has(action.toLowerCase()) &&
      source.includes('AWSLambdaBasicExecutionRole'),
  },
  {
    id: 'amplify-secrets',
    reason: 'Gen 2 functions read their secrets and references from parameters of their own backend when they start.',
    covers: ({ principal, direction, action, resource }) =>
      principal.kind === 'functionRole' &&
      direction === 'wider' &&
      ['ssm:getparameters', 'ssm:getparameter'].includes(action.toLowerCase()) &&
      /:parameter\/amplify\/(?!\*)/.test(resource),
  },
  {
    id: 'never-applies',
    reason: 'The action is of another service than the ARN, so IAM never grants it; nothing is lost with it.',
    covers: ({ direction, action, resource }) => {
      const service = action.split(':')[0].toLowerCase();
      const arn = /^arn:[^:]*:([^:]+):/.exec(resource)?.[1];
      return (
        direction === 'missing' && arn !== undefined && !arn.includes('*') && arn !== (ARN_SERVICE[service] ?? service)
      );
    },
  },
  {
    id: 'search-streams',
    reason:
      'Gen 2 lets the function that fills the search domain list the stream of its own table instead of every stream.',
    covers: ({ principal, direction, action, resource }, { others }) =>
      principal.kind === 'functionRole' &&
      principal.name.endsWith('OpenSearchStreamingLambdaFunction') &&
      direction === 'missing' &&
      action === 'dynamodb:ListStreams' &&
      resource === '*' &&
      others.some((grant) => grant.action === action && grant.resource !== '*'),
  },
  {
    id: 'test-invoke-stage',
    reason: "CDK lets the API Gateway console's test button call the function; nobody else can use that stage.",
    covers: ({ principal, direction, resource }) =>
      principal.kind === 'function' && direction === 'wider' && /\/test-invoke-stage\//.test(resource),
  },
  {
    id: 'invoke-per-method',
    reason:
      'Gen 1 lets the REST API call the function on any path; CDK makes one permission for each method that leads to it.',
    covers: ({ principal, direction, resource }, { others }) => {
      if (
        principal.kind !== 'function' ||
        direction !== 'missing' ||
        !resource.startsWith('apigateway.amazonaws.com arn:')
      )
        return false;
      const api = resource.slice(0, resource.indexOf('/<stage>'));
      return others.some((grant) => grant.resource.startsWith(`${api}/<stage>/`));
    },
  },
];
