/**
 * Compares who may call the APIs at all: the authorization of each REST method and what it leads to, and the authorization
 * modes of the GraphQL API. What single principals may do is compared with their policies.
 */
import { withAllowance } from './allowance.mjs';
import { differences } from './differences.mjs';
import { all } from './pairing.mjs';
import { nameResources, resourceNames } from './resource-names.mjs';
import { asToken } from './tokens.mjs';

/**
 * @typedef {object} ApiDifference
 * @property {string} api
 * @property {string} path of a REST method (`GET /items`), or of a property of the GraphQL API
 * @property {unknown} gen1
 * @property {unknown} gen2
 * @property {{id: string, reason: string}} [allowed]
 *
 * @typedef {object} ApiComparison
 * @property {boolean} ok
 * @property {string[]} compared
 * @property {ApiDifference[]} differences
 */

/** @type {import('./allowance.mjs').Allowance<ApiDifference, undefined>[]} */
const ALLOWED = [
  {
    id: 'iam-mode',
    reason: 'Gen 2 adds AWS_IAM to every GraphQL API; without a grant in a policy nobody can use it.',
    covers: ({ path, gen1, gen2 }) => path === 'Modes.AWS_IAM.Enabled' && gen1 === undefined && gen2 !== undefined,
  },
  {
    id: 'user-pool-mode',
    reason:
      'Gen 2 adds the user pool to every GraphQL API; a Gen 1 API without it cannot have a rule for it, so no type lets it in.',
    covers: ({ path, gen1, gen2 }) =>
      path.startsWith('Modes.AMAZON_COGNITO_USER_POOLS.') && gen1 === undefined && gen2 !== undefined,
  },
  {
    id: 'own-answers',
    reason:
      "The answers of the gateway itself get headers that let browsers read them; the administrators' API of Gen 1 has none.",
    covers: ({ path, gen1 }) => /^Response DEFAULT_[45]XX\./.test(path) && gen1 === undefined,
  },
  {
    id: 'search-tls',
    reason: 'Gen 2 asks those who call the search domain for a later version of TLS.',
    covers: ({ path, gen2 }) =>
      path === 'DomainEndpointOptions.TLSSecurityPolicy' && String(gen2).startsWith('Policy-Min-TLS-1-2'),
  },
  {
    id: 'options',
    reason: 'Browsers ask with OPTIONS before a call; the answer tells nothing but who may call.',
    covers: ({ path }) => path.startsWith('OPTIONS '),
  },
];

/** What override.ts can set on a GraphQL API. */
const API_SETTINGS = [
  'EnhancedMetricsConfig',
  'EnvironmentVariables',
  'IntrospectionConfig',
  'OwnerContact',
  'QueryDepthLimit',
  'ResolverCountLimit',
  'Visibility',
];
/** Properties of an authorization mode, besides which user pool or function it asks. */
const MODE_SETTINGS = ['UserPoolConfig', 'OpenIDConnectConfig', 'LambdaAuthorizerConfig'];

/**
 * @param {import('./pairing.mjs').Pairing} pairing
 * @param {import('./evaluate.mjs').EvaluatedTree} gen1
 * @param {import('./evaluate.mjs').EvaluatedTree} gen2
 * @returns {ApiComparison}
 */
export function compareApis(pairing, gen1, gen2) {
  const [names1, names2] = [resourceNames(gen1), resourceNames(gen2)];
  const compare = ({ name, gen1: one, gen2: other }, view) =>
    differences(
      pairing.translate(nameResources(view(gen1, one), [names1])),
      nameResources(view(gen2, other), [names2, names1]),
    ).map((difference) => withAllowance({ api: name, ...difference }, ALLOWED));
  const rest = pairing.pairs.filter((pair) => pair.kind === 'restApi');
  const graphql = pairing.pairs.filter((pair) => pair.kind === 'graphqlApi');
  const domains = pairing.pairs.filter((pair) => pair.kind === 'searchDomain');
  const found = [
    ...domains.flatMap((pair) => compare(pair, domainView)),
    ...rest.flatMap((pair) => compare(pair, restView)),
    ...graphql.flatMap((pair) => compare(pair, graphqlView)),
  ];
  return {
    ok: found.every((one) => one.allowed),
    compared: [...rest, ...graphql, ...domains].map((pair) => pair.name),
    differences: found,
  };
}

/** Properties of a REST API that change how it answers. In a definition some of them are extensions. */
const REST_SETTINGS = {
  ApiKeySourceType: 'x-amazon-apigateway-api-key-source',
  BinaryMediaTypes: 'x-amazon-apigateway-binary-media-types',
  DisableExecuteApiEndpoint: undefined,
  EndpointConfiguration: undefined,
  MinimumCompressionSize: 'x-amazon-apigateway-minimum-compression-size',
  Policy: 'x-amazon-apigateway-policy',
};

/** Authorization and target of each method, as one text: `<method> <path>` to `<authorization> <scopes> -> <function>`. */
function restView(tree, api) {
  const { Body, ...properties } = api.properties;
  const settings = Object.entries(REST_SETTINGS).map(([name, extension]) => [
    name,
    properties[name] ?? Body?.[extension],
  ]);
  return Object.fromEntries([
    ...settings.filter(([, value]) => value !== undefined),
    ...methodsOfBody(api),
    ...methodsOfResources(tree, api),
    ...gatewayResponses(tree, api),
  ]);
}

/** The gateway's own answers, by their type. Gen 1 has none for the administrators' API; the headers of ours are for browsers. */
function gatewayResponses(tree, api) {
  return all(tree, 'AWS::ApiGateway::GatewayResponse')
    .filter((one) => asToken(one.properties.RestApiId)?.place === api.place)
    .map(({ properties: { ResponseType, StatusCode, ResponseParameters, ResponseTemplates } }) => [
      `Response ${ResponseType}`,
      { StatusCode: StatusCode === undefined ? undefined : String(StatusCode), ResponseParameters, ResponseTemplates },
    ]);
}

function methodsOfBody({ properties: { Body: body } }) {
  return Object.entries(body?.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security, 'x-amazon-apigateway-integration': integration = {} }]) => {
      const schemes = (security ?? body.security ?? []).flatMap((one) => Object.keys(one));
      // a scheme without a type of the gateway's is the API key in a header
      const isKey = (one) => /^x-api-key$/i.test(body.securityDefinitions?.[one]?.name ?? '');
      const keyed = schemes.some(isKey);
      const scheme = schemes.find((one) => !isKey(one));
      const scopes = (security ?? []).flatMap((one) => Object.values(one).flat());
      const type = body.securityDefinitions?.[scheme]?.['x-amazon-apigateway-authtype'];
      const authorization =
        scheme === undefined
          ? 'NONE'
          : ({ awsSigv4: 'AWS_IAM', cognito_user_pools: 'COGNITO_USER_POOLS' }[type] ?? `CUSTOM ${type}`);
      const verb = method === 'x-amazon-apigateway-any-method' ? 'ANY' : method.toUpperCase();
      return describeMethod(verb, path, authorization, scopes, integration.uri, keyed);
    }),
  );
}

function methodsOfResources(tree, api) {
  const ofThisApi = (type) => all(tree, type).filter((one) => asToken(one.properties.RestApiId)?.place === api.place);
  const resources = new Map(ofThisApi('AWS::ApiGateway::Resource').map((one) => [one.place, one]));
  const pathOf = (reference) => {
    const resource = resources.get(asToken(reference)?.place);
    return resource ? `${pathOf(resource.properties.ParentId)}/${resource.properties.PathPart}` : '';
  };
  return ofThisApi('AWS::ApiGateway::Method').map(({ properties }) => {
    const { HttpMethod, ResourceId, AuthorizationType = 'NONE', AuthorizationScopes = [], Integration } = properties;
    const keyed = properties.ApiKeyRequired === true;
    return describeMethod(
      HttpMethod,
      pathOf(ResourceId) || '/',
      AuthorizationType,
      AuthorizationScopes,
      Integration?.Uri,
      keyed,
    );
  });
}

function describeMethod(verb, path, authorization, scopes, uri, keyed) {
  const target = /functions\/(arn:.*)\/invocations$/.exec(String(uri))?.[1] ?? uri;
  const asked = [authorization, ...[...scopes].sort(), ...(keyed ? ['and an API key'] : [])].join(' ');
  return [`${verb} ${path}`, { Authorization: asked, Target: target }];
}

function graphqlView(tree, { properties }) {
  const { AuthenticationType, AdditionalAuthenticationProviders = [] } = properties;
  const names = [];
  const modes = [properties, ...AdditionalAuthenticationProviders].map((mode) => [
    distinct(names, mode),
    { Enabled: true, ...Object.fromEntries(MODE_SETTINGS.map((name) => [name, withoutDefaults(mode[name])])) },
  ]);
  return {
    DefaultMode: AuthenticationType,
    Modes: Object.fromEntries(modes),
    LogLevel: properties.LogConfig?.FieldLogLevel,
    ExcludeVerboseContent: String(properties.LogConfig?.ExcludeVerboseContent ?? false),
    ...Object.fromEntries(API_SETTINGS.map((name) => [name, properties[name]])),
    XrayEnabled: String(properties.XrayEnabled ?? false),
  };
}

/** A second provider of a kind is told apart by whom it asks. */
function distinct(names, { AuthenticationType: kind, OpenIDConnectConfig, UserPoolConfig }) {
  const name = names.includes(kind) ? `${kind} ${OpenIDConnectConfig?.Issuer ?? UserPoolConfig?.UserPoolId}` : kind;
  names.push(name);
  return name;
}

/** The domain is made anew: its name is another. */
function domainView(_, { properties: { DomainName, Tags, ...properties } }) {
  return properties;
}

/** Additional modes leave out what the default mode must write. */
function withoutDefaults(settings) {
  if (!settings) return undefined;
  const { AwsRegion, DefaultAction, ...rest } = settings;
  return DefaultAction === undefined || DefaultAction === 'ALLOW' ? rest : { ...rest, DefaultAction };
}
