/**
 * Puts tokens in the place of physical names and ids inside ARNs, so that a grant by name and a grant by reference are
 * the same grant.
 */
import { asToken, mapStrings, splitOutsideTokens, token } from './tokens.mjs';

/** Where an ARN of a service has the name of the resource: the part before it, the name, and what follows. */
const NAME_IN_ARN = {
  s3: /^()([^/]+)(.*)$/s,
  dynamodb: /^(table\/)([^/]+)(.*)$/s,
  lambda: /^(function:)([^:]+)(.*)$/s,
  kinesis: /^(stream\/)([^/]+)(.*)$/s,
  'cognito-idp': /^(userpool\/)([^/]+)(.*)$/s,
  appsync: /^(apis\/)([^/]+)(.*)$/s,
  mobiletargeting: /^(apps\/)([^/*]+)(.*)$/s,
  'execute-api': /^()([^/]+)(.*)$/s,
  // the CLI writes the API's name where API Gateway has its id
  apigateway: /^(\/restapis\/)([^/]+)(.*)$/s,
  iam: /^(role\/)(.+)()$/s,
  logs: /^(log-group:\/aws\/lambda\/)([^:*]+)(.*)$/s,
};

/** Service, property, and the attribute of the token where a name is not what ARNs really carry. */
const NAME_PROPERTY = {
  'AWS::S3::Bucket': ['s3', 'BucketName'],
  'AWS::DynamoDB::Table': ['dynamodb', 'TableName'],
  'Custom::ImportedAmplifyDynamoDBTable': ['dynamodb', 'tableName'],
  'AWS::Lambda::Function': ['lambda', 'FunctionName'],
  'AWS::Kinesis::Stream': ['kinesis', 'Name'],
  'AWS::IAM::Role': ['iam', 'RoleName'],
  'AWS::ApiGateway::RestApi': ['apigateway', 'Name', 'Name'],
};
/** Types whose ids are made by the service: the attribute that ARNs carry, absent for what `Ref` gives. */
const MADE_ID = {
  'AWS::Cognito::UserPool': ['cognito-idp'],
  'AWS::AppSync::GraphQLApi': ['appsync', 'ApiId'],
  'AWS::ApiGateway::RestApi': ['execute-api'],
  // the CLI makes Pinpoint apps with a function
  'Custom::LambdaCallout': ['mobiletargeting', 'Id'],
};

/**
 * Names and ids of a tree's resources.
 * @param {import('./evaluate.mjs').EvaluatedTree} tree
 * @returns {Map<string, string>} tokens by `<service> <name>`; under `account` and `region` where they are
 */
export function resourceNames(tree) {
  const names = new Map([
    ['account', tree.environment.accountId],
    ['region', tree.environment.region],
  ]);
  for (const { place, type, properties } of tree.resources.values()) {
    const [service, property, as] = NAME_PROPERTY[type] ?? [];
    const own = token(place, as);
    if (service && typeof properties[property] === 'string') {
      names.set(`${service} ${properties[property]}`, own);
      names.set(`${service} ${tree.physical.get(own) ?? withPhysical(properties[property], tree)}`, own);
      if (service === 'lambda') names.set(`logs ${properties[property]}`, own);
    }
    const [idService, attribute] = MADE_ID[type] ?? [];
    const id = idService && tree.physical.get(token(place, attribute));
    if (id) names.set(`${idService} ${id}`, token(place, attribute));
  }
  return names;
}

/**
 * @template T
 * @param {T} value
 * @param {Map<string, string>[]} names the first that knows a name wins
 * @returns {T}
 */
export function nameResources(value, names) {
  return mapStrings(value, (text) =>
    text
      .split(' ')
      .map((word) => (word.startsWith('arn:') ? nameInArn(word, names) : word))
      .join(' '),
  );
}

function nameInArn(arn, names) {
  const [, partition, service, region, account, ...rest] = splitOutsideTokens(arn, ':');
  const pattern = NAME_IN_ARN[service];
  if (!pattern || rest.length === 0) return arn;
  // a namesake elsewhere is another resource
  const isElsewhere = (here, own) => here !== '' && here !== '*' && !here.includes('⟦') && here !== own;
  if (names.some((one) => isElsewhere(account, one.get('account')) || isElsewhere(region, one.get('region'))))
    return arn;
  // a token may contain slashes and colons: it is masked while the ARN is taken apart
  const tokens = [];
  const masked = rest.join(':').replace(/⟦[^⟦⟧]*⟧/g, (whole) => `\u0000${tokens.push(whole) - 1}\u0001`);
  const restore = (text) => text.replace(/\u0000(\d+)\u0001/g, (_, index) => tokens[Number(index)]);
  const match = pattern.exec(masked);
  if (!match) return arn;
  const [before, name, after] = [match[1], restore(match[2]), match[3]];
  const known = asToken(name) ? undefined : names.map((one) => one.get(`${service} ${name}`)).find(Boolean);
  const tail = service === 'execute-api' ? after.replace(/^\/(?!test-invoke-stage\/)[^/]+/, '/<stage>') : after;
  return ['arn', partition, service, region, account, `${before}${known ?? name}${restore(tail)}`].join(':');
}

function withPhysical(name, tree) {
  return name.replace(/⟦[^⟦⟧]*⟧/g, (whole) => tree.physical.get(whole) ?? whole);
}
