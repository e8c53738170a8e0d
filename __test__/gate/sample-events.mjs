/** An event of the kind that a function gets, by what starts it in the synthesised backend. */
import { all } from './pairing.mjs';

/** Trigger source of each trigger of a user pool. */
const TRIGGER_SOURCES = {
  PreSignUp: 'PreSignUp_SignUp',
  PostConfirmation: 'PostConfirmation_ConfirmSignUp',
  PreAuthentication: 'PreAuthentication_Authentication',
  PostAuthentication: 'PostAuthentication_Authentication',
  CustomMessage: 'CustomMessage_SignUp',
  PreTokenGeneration: 'TokenGeneration_Authentication',
  UserMigration: 'UserMigration_Authentication',
  DefineAuthChallenge: 'DefineAuthChallenge_Authentication',
  CreateAuthChallenge: 'CreateAuthChallenge_Authentication',
  VerifyAuthChallengeResponse: 'VerifyAuthChallengeResponse_Authentication',
};

/**
 * @param {import('./evaluate.mjs').EvaluatedTree} tree
 * @param {import('./evaluate.mjs').EvaluatedResource} lambda
 * @returns {any}
 */
export function sampleEvent(tree, lambda) {
  const names = (value) => {
    const text = JSON.stringify(value) ?? '';
    return text.includes(`⟦${lambda.place}⟧`) || text.includes(`⟦${lambda.place}.`);
  };
  for (const pool of all(tree, 'AWS::Cognito::UserPool'))
    for (const [trigger, target] of Object.entries(pool.properties.LambdaConfig ?? {}))
      if (names(target)) return userPoolEvent(TRIGGER_SOURCES[trigger] ?? trigger);
  const mapping = all(tree, 'AWS::Lambda::EventSourceMapping').find((one) => names(one.properties.FunctionName));
  if (mapping) return streamEvent(JSON.stringify(mapping.properties.EventSourceArn ?? ''));
  const invokers = all(tree, 'AWS::Lambda::Permission')
    .filter((one) => names(one.properties.FunctionName))
    .map((one) => String(one.properties.Principal));
  if (invokers.some((principal) => principal.startsWith('apigateway.'))) return REST_EVENT;
  if (invokers.some((principal) => principal.startsWith('s3.'))) return S3_EVENT;
  if (invokers.some((principal) => principal.startsWith('events.'))) return SCHEDULED_EVENT;
  return RESOLVER_EVENT;
}

function userPoolEvent(triggerSource) {
  return {
    version: '1',
    triggerSource,
    region: 'us-east-1',
    userPoolId: 'us-east-1_sample',
    userName: 'sample',
    callerContext: { awsSdkVersion: 'sample', clientId: 'sample' },
    request: {
      userAttributes: { sub: 'sample', email: 'sample@example.com' },
      validationData: {},
      clientMetadata: {},
      groupConfiguration: { groupsToOverride: [], iamRolesToOverride: [], preferredRole: null },
      session: [],
      privateChallengeParameters: {},
      challengeAnswer: 'sample',
      codeParameter: '{####}',
    },
    response: {},
  };
}

function streamEvent(source) {
  if (source.includes(':kinesis:'))
    return { Records: [{ eventSource: 'aws:kinesis', kinesis: { partitionKey: 'p', data: 'e30=' } }] };
  if (source.includes(':sqs:'))
    return { Records: [{ eventSource: 'aws:sqs', messageId: 'm', body: '{}', attributes: {} }] };
  const image = { id: { S: 'sample' } };
  return {
    Records: [
      {
        eventID: '1',
        eventName: 'INSERT',
        eventSource: 'aws:dynamodb',
        dynamodb: { Keys: image, NewImage: image, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      },
    ],
  };
}

const REST_EVENT = {
  resource: '/{proxy+}',
  path: '/sample',
  httpMethod: 'GET',
  headers: { 'Content-Type': 'application/json' },
  multiValueHeaders: {},
  queryStringParameters: null,
  pathParameters: { proxy: 'sample' },
  requestContext: { requestId: 'sample', authorizer: { claims: { sub: 'sample' } }, identity: {} },
  body: null,
  isBase64Encoded: false,
};
const S3_EVENT = {
  Records: [
    {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: 'sample' }, object: { key: 'public/sample.txt', size: 1 } },
    },
  ],
};
const SCHEDULED_EVENT = {
  version: '0',
  id: 'sample',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  time: '2026-01-01T00:00:00Z',
  resources: [],
  detail: {},
};
const RESOLVER_EVENT = {
  typeName: 'Query',
  fieldName: 'sample',
  arguments: {},
  identity: { sub: 'sample', username: 'sample', claims: {} },
  source: {},
  request: { headers: {} },
  prev: null,
};
