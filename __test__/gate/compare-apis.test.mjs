import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareApis } from './compare-apis.mjs';
import { evaluatedShelf } from './fixtures/shelf.mjs';

const invocation = (lambda) => ({
  'Fn::Join': ['', ['arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/', lambda, '/invocations']],
});

/** Gives both generations `ANY /books/{proxy+}` for signed-in callers, and the GraphQL API a user pool and a key. */
function addMethods({ gen1, gen2 }) {
  gen1[''].Resources.apibooks.Properties.Parameters.report = { 'Fn::GetAtt': ['functionreport', 'Outputs.Arn'] };
  gen1.functionreport.Outputs = { Arn: { Value: { 'Fn::GetAtt': ['LambdaFunction', 'Arn'] } } };
  gen1.apibooks.Parameters.report = { Type: 'String' };
  const security = { security: [{ sigv4: [] }] };
  const integration = { 'x-amazon-apigateway-integration': { uri: invocation({ Ref: 'report' }) } };
  gen1.apibooks.Resources.books.Properties.Body = {
    paths: { '/books/{proxy+}': { options: {}, 'x-amazon-apigateway-any-method': { ...security, ...integration } } },
    securityDefinitions: { sigv4: { type: 'apiKey', 'x-amazon-apigateway-authtype': 'awsSigv4' } },
  };
  gen2[''].Resources.restapi.Properties.Parameters.report = { 'Fn::GetAtt': ['function1351588B', 'Outputs.Arn'] };
  gen2.function1351588B.Outputs = { Arn: { Value: { 'Fn::GetAtt': ['Report', 'Arn'] } } };
  gen2.restapi.Parameters.report = { Type: 'String' };
  const RestApiId = { Ref: 'Books' };
  Object.assign(gen2.restapi.Resources, {
    BooksPath: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: { RestApiId, ParentId: { 'Fn::GetAtt': ['Books', 'RootResourceId'] }, PathPart: 'books' },
    },
    Proxy: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: { RestApiId, ParentId: { Ref: 'BooksPath' }, PathPart: '{proxy+}' },
    },
    Any: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId,
        ResourceId: { Ref: 'Proxy' },
        HttpMethod: 'ANY',
        AuthorizationType: 'AWS_IAM',
        Integration: { Uri: invocation({ Ref: 'report' }) },
      },
    },
  });
  Object.assign(gen1.apishelf.Resources.GraphQLAPI.Properties, {
    AuthenticationType: 'API_KEY',
    AdditionalAuthenticationProviders: [],
  });
  Object.assign(gen2.data7552DF31.Resources.Api.Properties, {
    AuthenticationType: 'API_KEY',
    AdditionalAuthenticationProviders: [{ AuthenticationType: 'AWS_IAM' }],
  });
}

function compare(change) {
  const { gen1, gen2, pairing } = evaluatedShelf((templates) => {
    addMethods(templates);
    change?.(templates.gen2.restapi.Resources, templates.gen2.data7552DF31.Resources.Api.Properties, templates);
  });
  assert.deepEqual([gen1.problems, gen2.problems], [[], []]);
  return compareApis(pairing, gen1, gen2);
}

const red = (result) => result.differences.filter((one) => !one.allowed).map((one) => one.path);

test('equal APIs are green', () => {
  const result = compare();
  assert.deepEqual(red(result), []);
  assert.equal(result.ok, true);
  assert.deepEqual(result.compared, ['books', 'GraphQL API']);
});

for (const [title, change, path] of [
  [
    'a method for everybody',
    ({ Any }) => (Any.Properties.AuthorizationType = 'NONE'),
    'ANY /books/{proxy+}.Authorization',
  ],
  [
    'a method for everybody, unsaid',
    ({ Any }) => delete Any.Properties.AuthorizationType,
    'ANY /books/{proxy+}.Authorization',
  ],
  [
    'a method that leads elsewhere',
    ({ Any }) => (Any.Properties.Integration.Uri = invocation('arn:aws:lambda:us-east-1:1:function:other')),
    'ANY /books/{proxy+}.Target',
  ],
  [
    'a method without the API key that Gen 1 wants',
    (_, api, { gen1 }) => {
      const { Body } = gen1.apibooks.Resources.books.Properties;
      Body.securityDefinitions.Key = { type: 'apiKey', name: 'x-api-key', in: 'header' };
      Body.paths['/books/{proxy+}']['x-amazon-apigateway-any-method'].security.push({ Key: [] });
    },
    'ANY /books/{proxy+}.Authorization',
  ],
  [
    'lost media types',
    (_, api, { gen1 }) => {
      gen1.apibooks.Resources.books.Properties.Body['x-amazon-apigateway-binary-media-types'] = ['image/*'];
    },
    'BinaryMediaTypes',
  ],
  [
    'another answer of the gateway',
    (_, api, { gen1, gen2 }) => {
      const response = (api, StatusCode) => ({
        Type: 'AWS::ApiGateway::GatewayResponse',
        Properties: { RestApiId: { Ref: api }, ResponseType: 'ACCESS_DENIED', StatusCode },
      });
      gen1.apibooks.Resources.Denied = response('books', 404);
      gen2.restapi.Resources.Denied = response('Books', '403');
    },
    'Response ACCESS_DENIED.StatusCode',
  ],
  [
    'a second OIDC provider that is gone',
    (_, api, { gen1 }) => {
      const provider = (Issuer) => ({ AuthenticationType: 'OPENID_CONNECT', OpenIDConnectConfig: { Issuer } });
      gen1.apishelf.Resources.GraphQLAPI.Properties.AdditionalAuthenticationProviders.push(
        provider('a'),
        provider('b'),
      );
      api.AdditionalAuthenticationProviders.push(provider('a'));
    },
    'Modes.OPENID_CONNECT b.Enabled',
  ],
  ['a GraphQL API for other callers', (_, api) => (api.AuthenticationType = 'AWS_LAMBDA'), 'DefaultMode'],
  [
    'a GraphQL API for more callers',
    (_, api) => api.AdditionalAuthenticationProviders.push({ AuthenticationType: 'OPENID_CONNECT' }),
    'Modes.OPENID_CONNECT.Enabled',
  ],
]) {
  test(`finds ${title}`, () => {
    const result = compare(change);
    assert.equal(result.ok, false);
    assert.ok(red(result).includes(path), `${path} among ${red(result)}`);
  });
}

test('allows the user pool that Gen 2 adds to every GraphQL API', () => {
  const mode = { AuthenticationType: 'AMAZON_COGNITO_USER_POOLS', UserPoolConfig: { UserPoolId: 'us-east-1_pool' } };
  const result = compare((_, api) => api.AdditionalAuthenticationProviders.push(mode));
  assert.deepEqual(red(result), []);
});

test('finds a lost and a new method', () => {
  const result = compare(({ Any }) => (Any.Properties.HttpMethod = 'GET'));
  assert.ok(red(result).some((path) => path.startsWith('ANY ')) && red(result).some((path) => path.startsWith('GET ')));
});
