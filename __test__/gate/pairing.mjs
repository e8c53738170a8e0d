/**
 * Which Gen 2 resource takes the place of which Gen 1 resource, by what the resources are and never by their order.
 */
import { asToken, replaceTokens, token } from './tokens.mjs';

/**
 * @typedef {'userPool'|'webClient'|'nativeClient'|'domain'|'identityProvider'|'resourceServer'|'identityPool'|'roleAttachment'|'group'|'groupRole'|'authenticatedRole'|
 *   'unauthenticatedRole'|'bucket'|'table'|'modelTable'|'stream'|'function'|'functionRole'|'smsRole'|'schedule'|'graphqlApi'|'apiKey'|'restApi'|'dataSource'|'dataSourceRole'|'searchDomain'|
 *   'custom'|'added'|'geo'|'layer'} PairKind
 *
 * @typedef {object} Pair
 * @property {PairKind} kind
 * @property {string} name what it is called in reports: a group's, function's, table's name ...
 * @property {import('./evaluate.mjs').EvaluatedResource} gen1
 * @property {import('./evaluate.mjs').EvaluatedResource} gen2
 *
 * @typedef {object} Unpaired
 * @property {PairKind} kind
 * @property {string} name
 * @property {1|2} generation where it is
 * @property {string} place
 * @property {string} reason
 * @property {{id: string, reason: string}} [allowed]
 *
 * @typedef {object} Pairing
 * @property {Pair[]} pairs
 * @property {import('./evaluate.mjs').EvaluatedResource[]} newRoles roles that a Gen 2 identity pool gives to users who got none in Gen 1
 * @property {Unpaired[]} unpaired Gen 1 resources without a partner and Gen 2 resources of the moved kinds that have none
 * @property {<T>(value: T, except?: PairKind[]) => T} translate puts the Gen 2 partner's tokens in the place of Gen 1's,
 *   except those of the kinds named
 */

/**
 * @param {import('./evaluate.mjs').EvaluatedTree} gen1
 * @param {import('./evaluate.mjs').EvaluatedTree} gen2
 * @param {{environment: string, branch: string}} names of the Gen 1 environment and of the Gen 2 branch
 * @returns {Pairing}
 */
export function pairResources(gen1, gen2, names) {
  const pairing = new PairFinder(gen1, gen2, names);
  pairing.findAuth();
  pairing.findBorrowedRoles();
  pairing.findStorage();
  pairing.findApis();
  pairing.findFunctions();
  pairing.findOwnStacks();
  pairing.findAdditions();
  return pairing.result();
}

/** How the places of roles begin that policies name and no stack of the tree makes. */
export const BORROWED = 'role of somebody else: ';
const ADDITION = /^AWS::/;
/** What the CLI itself writes into these templates, or what is paired or compared in another way. */
const OF_THE_CLI = new Set([
  'AWS::CloudFormation::Stack',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Kinesis::Stream',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::LayerVersion',
  'AWS::Lambda::LayerVersionPermission',
  'AWS::Lambda::Permission',
  'AWS::S3::Bucket',
]);

class PairFinder {
  constructor(gen1, gen2, { environment, branch }) {
    this.gen1 = gen1;
    this.gen2 = gen2;
    this.environment = environment;
    this.branch = branch;
    this.pairs = [];
    this.unpaired = [];
    this.newRoles = [];
  }

  result() {
    const pairOf = new Map(this.pairs.map((pair) => [pair.gen1.place, pair]));
    const translate = (value, except = []) =>
      replaceTokens(value, (whole) => {
        const { place, attribute } = asToken(whole) ?? {};
        const pair = pairOf.get(place);
        if (!pair || except.includes(pair.kind)) return whole;
        // Gen 1 makes geo resources with a function, whose answer has the name as an attribute
        const isName = pair.kind === 'geo' && /^(Map|Index|Collection)Name$/.test(attribute ?? '');
        return token(pair.gen2.place, isName ? undefined : attribute);
      });
    return { pairs: this.pairs, newRoles: this.newRoles, unpaired: this.unpaired, translate };
  }

  findAuth() {
    const category = (tree) => all(tree, 'AWS::Cognito::UserPool').filter((pool) => categoryOf(pool) === 'auth');
    const [pools1, pools2] = [category(this.gen1), category(this.gen2)];
    if (pools1.length === 0 && pools2.length === 1 && this.isOfNoUse(pools2[0])) {
      // Gen 2 adds one to every identity pool
      this.findIdentityPool();
      this.findGroups();
      return;
    }
    const pool = this.only('userPool', 'user pool', pools1, pools2);
    const clientsOf = (tree, place) =>
      all(tree, 'AWS::Cognito::UserPoolClient').filter(
        (client) => asToken(client.properties.UserPoolId)?.place === place,
      );
    const [clients1, clients2] = pool
      ? [clientsOf(this.gen1, pool.gen1.place), clientsOf(this.gen2, pool.gen2.place)]
      : [[], []];
    const web1 = clients1.filter((client) => isOutput(this.gen1, client, 'AppClientIDWeb'));
    const web2 = clients2.filter((client) => isOutput(this.gen2, client, 'webClientId'));
    this.only('webClient', 'web client', web1, web2);
    this.only('nativeClient', 'native client', without(clients1, web1), without(clients2, web2));

    this.findHostedSignIn();
    if (pool)
      this.pairRoles(
        'smsRole',
        'role that sends text messages',
        ...[
          [this.gen1, pool.gen1],
          [this.gen2, pool.gen2],
        ].map(([tree, one]) => roleByArn(tree, one.properties.SmsConfiguration?.SnsCallerArn)),
      );
    this.findIdentityPool();
    this.findGroups();
  }

  /** A user pool that nobody can sign up to, and whose users the identity pool does not know. */
  isOfNoUse(pool) {
    return (
      String(pool.properties.AdminCreateUserConfig?.AllowAdminCreateUserOnly) === 'true' &&
      all(this.gen2, 'AWS::Cognito::IdentityPool').every(
        (one) => (one.properties.CognitoIdentityProviders ?? []).length === 0,
      )
    );
  }

  /** The roles of an imported identity pool are nobody's resources, and have their names in both generations. */
  findBorrowedRoles() {
    const [roles1, roles2] = [this.gen1, this.gen2].map((tree) =>
      all(tree, 'AWS::IAM::Role').filter(({ place }) => place.startsWith(BORROWED)),
    );
    this.byKey('authenticatedRole', roles1, roles2, (role) => `role ${role.logicalId}`);
  }

  findHostedSignIn() {
    const domains = [this.gen1, this.gen2].map((tree) => all(tree, 'AWS::Cognito::UserPoolDomain'));
    this.only('domain', 'domain of hosted sign-in', ...domains);
    const providers = [this.gen1, this.gen2].map((tree) => all(tree, 'AWS::Cognito::UserPoolIdentityProvider'));
    this.byKey('identityProvider', ...providers, (one) => one.properties.ProviderName);
    const servers = [this.gen1, this.gen2].map((tree) => all(tree, 'AWS::Cognito::UserPoolResourceServer'));
    this.byKey('resourceServer', ...servers, (one) => one.properties.Identifier);
  }

  findIdentityPool() {
    const poolsOf = (tree) => all(tree, 'AWS::Cognito::IdentityPool').filter((one) => categoryOf(one) === 'auth');
    const attachmentsOf = (tree, place) =>
      all(tree, 'AWS::Cognito::IdentityPoolRoleAttachment').filter(
        (one) => asToken(one.properties.IdentityPoolId)?.place === place,
      );
    const rolesOf = (tree, attachment) =>
      ['authenticated', 'unauthenticated'].map((name) => roleByArn(tree, attachment.properties.Roles?.[name]));
    const [pools1, pools2] = [poolsOf(this.gen1), poolsOf(this.gen2)];
    if (
      pools1.length === 0 &&
      pools2.length === 1 &&
      String(pools2[0].properties.AllowUnauthenticatedIdentities) === 'false'
    ) {
      // Gen 2 adds one to every user pool: it does no harm when its roles may do nothing and guests get none
      for (const attachment of attachmentsOf(this.gen2, pools2[0].place))
        this.newRoles.push(...rolesOf(this.gen2, attachment).filter(Boolean));
      return;
    }
    const pool = this.only('identityPool', 'identity pool', pools1, pools2);
    const attachment =
      pool &&
      this.only(
        'roleAttachment',
        'role attachment',
        attachmentsOf(this.gen1, pool.gen1.place),
        attachmentsOf(this.gen2, pool.gen2.place),
      );
    if (!attachment) return;
    const [roles1, roles2] = [rolesOf(this.gen1, attachment.gen1), rolesOf(this.gen2, attachment.gen2)];
    this.pairRoles('authenticatedRole', 'authenticated role', roles1[0], roles2[0]);
    this.pairRoles('unauthenticatedRole', 'unauthenticated role', roles1[1], roles2[1]);
  }

  findGroups() {
    const groups = (tree) => all(tree, 'AWS::Cognito::UserPoolGroup');
    for (const { gen1, gen2, name } of this.byKey(
      'group',
      groups(this.gen1),
      groups(this.gen2),
      (group) => group.properties.GroupName,
    )) {
      this.pairRoles(
        'groupRole',
        `role of group ${name}`,
        roleByArn(this.gen1, gen1.properties.RoleArn),
        roleByArn(this.gen2, gen2.properties.RoleArn),
      );
    }
  }

  findStorage() {
    // the deployment bucket and hosting are not the app's data, model tables and the API's own bucket are imported or made anew
    // and custom stacks are not moved
    const isData = (one) =>
      !['api', 'data', 'other', 'custom'].includes(categoryOf(one)) && !this.isVerificationPage(one);
    const gen2Has = (one) => !['data', 'custom'].includes(categoryOf(one));
    for (const [kind, type, property] of [
      ['bucket', 'AWS::S3::Bucket', 'BucketName'],
      ['table', 'AWS::DynamoDB::Table', 'TableName'],
      ['stream', 'AWS::Kinesis::Stream', 'Name'],
    ]) {
      this.byNameOrOnly(kind, property, all(this.gen1, type).filter(isData), all(this.gen2, type).filter(gen2Has));
    }
  }

  /**
   * The bucket with the page that links in verification e-mails open, which stays as it is: it is retained, and the trigger of
   * Gen 2 still leads to it.
   */
  isVerificationPage(one) {
    if (one.type !== 'AWS::S3::Bucket' || categoryOf(one) !== 'auth' || one.deletionPolicy !== 'Retain') return false;
    return all(this.gen2, 'AWS::Lambda::Function').some(({ properties }) => {
      const { RESOURCENAME: trigger, ENV: environment } = properties.Environment?.Variables ?? {};
      const page = `${String(trigger).split('CustomMessage')[0]}verificationbucket-${environment}`;
      return trigger !== undefined && page.toLowerCase() === String(one.properties.BucketName).toLowerCase();
    });
  }

  findApis() {
    const graphql = (tree) =>
      all(tree, 'AWS::AppSync::GraphQLApi').filter((one) => ['api', 'data'].includes(categoryOf(one)));
    this.only('graphqlApi', 'GraphQL API', graphql(this.gen1), graphql(this.gen2));
    this.only('apiKey', 'API key', all(this.gen1, 'AWS::AppSync::ApiKey'), all(this.gen2, 'AWS::AppSync::ApiKey'));
    const tables1 = all(this.gen1, 'AWS::DynamoDB::Table').filter((one) => categoryOf(one) === 'api');
    const physicalName = (tree, { place, properties }) =>
      tree.physical.get(token(place)) ??
      replaceTokens(properties.TableName, (whole) => tree.physical.get(whole) ?? whole);
    const tables2 = [...this.gen2.resources.values()].filter(
      (one) => one.type.startsWith('Custom::') && one.type.endsWith('AmplifyDynamoDBTable'),
    );
    this.byKey('modelTable', tables1, tables2, (table) =>
      table.type === 'AWS::DynamoDB::Table' ? physicalName(this.gen1, table) : table.properties.tableName,
    );
    this.findDataSources();
    const domains = (tree) => all(tree, 'AWS::Elasticsearch::Domain').filter((one) => categoryOf(one) !== 'custom');
    this.only('searchDomain', 'search domain', domains(this.gen1), domains(this.gen2));
    const rest = (tree) => all(tree, 'AWS::ApiGateway::RestApi').filter((one) => categoryOf(one) !== 'custom');
    this.byKey('restApi', rest(this.gen1), rest(this.gen2), (api) =>
      this.bareName(api.properties.Name ?? api.properties.Body?.info?.title, api),
    );
  }

  /** Data sources have names; the roles that AppSync takes on for them are paired with them. */
  findDataSources() {
    const sources = (tree) => all(tree, 'AWS::AppSync::DataSource');
    const keyOf = (one) => one.properties.Name;
    for (const { gen1, gen2, name } of this.byKey('dataSource', sources(this.gen1), sources(this.gen2), keyOf)) {
      const [role1, role2] = [
        [this.gen1, gen1],
        [this.gen2, gen2],
      ].map(([tree, one]) => roleByArn(tree, one.properties.ServiceRoleArn));
      if (role1 || role2) this.pairRoles('dataSourceRole', `role of data source ${name}`, role1, role2);
    }
  }

  findFunctions() {
    // the transformer makes a function for @predictions, without a name
    const speaks = (one) => one.stackPath.endsWith('/PredictionsDirectiveStack');
    const functions1 = all(this.gen1, 'AWS::Lambda::Function').filter(
      (one) => categoryOf(one) === 'function' || isSearchFunction(one) || speaks(one),
    );
    const functions2 = all(this.gen2, 'AWS::Lambda::Function').filter(
      (one) => !isInfrastructureFunction(one) && categoryOf(one) !== 'custom',
    );
    const names1 = new Set(functions1.map((one) => this.bareName(one.properties.FunctionName, one)));
    const keyOf = (one) => {
      if (isSearchFunction(one)) return SEARCH_FUNCTION;
      if (speaks(one)) return 'PredictionsSpeech';
      const name = this.bareName(one.properties.FunctionName ?? constructName(one), one);
      // a name that cannot be that of a construct (`1st`, `constructor`) has a word before it in Gen 2
      return names1.has(name) ? name : name?.replace(/^function-/, '');
    };
    for (const { gen1, gen2, name } of this.byKey('function', functions1, functions2, keyOf)) {
      this.pairRoles(
        'functionRole',
        `role of function ${name}`,
        roleByArn(this.gen1, gen1.properties.Role),
        roleByArn(this.gen2, gen2.properties.Role),
      );
      this.findSchedules(name, gen1, gen2);
    }
  }

  /** What is made anew in a stack of its own: custom resources by their place in the template, geo resources and layers by name. */
  findOwnStacks() {
    const stackName = (one) => {
      const ofApi = ownApiStack(one);
      return (ofApi === undefined ? (one.stackPath.split('/')[1] ?? '') : `customapi${ofApi}`).toLowerCase();
    };
    for (const one of [...this.gen1.resources.values()].filter((resource) => categoryOf(resource) === 'custom')) {
      const same = [...this.gen2.resources.values()].filter(
        (other) =>
          other.logicalId === one.logicalId && other.type === one.type && stackName(other).startsWith(stackName(one)),
      );
      if (same.length === 1) this.add('custom', `${stackName(one)} ${one.logicalId}`, one, same[0]);
      else this.leave('custom', `${stackName(one)} ${one.logicalId}`, 1, one, `${same.length} in Gen 2`);
    }
    const geoName = ({ properties }) =>
      ['mapName', 'indexName', 'collectionName']
        .flatMap((name) => [properties[name], properties[name[0].toUpperCase() + name.slice(1)]])
        .find((name) => name !== undefined);
    const isGeo = (one) => one.type === 'Custom::LambdaCallout' && /^geo/.test(stackName(one));
    const locations = (one) => one.type.startsWith('AWS::Location::');
    this.byKey(
      'geo',
      [...this.gen1.resources.values()].filter(isGeo),
      [...this.gen2.resources.values()].filter((one) => locations(one) && categoryOf(one) !== 'custom'),
      (one) => this.bareName(geoName(one), one),
    );
    this.byKey(
      'layer',
      all(this.gen1, 'AWS::Lambda::LayerVersion').filter((one) => categoryOf(one) === 'function'),
      all(this.gen2, 'AWS::Lambda::LayerVersion').filter((one) => stackName(one).startsWith('layers')),
      (one) => this.bareName(one.properties.LayerName, one),
    );
  }

  /** What people write into the templates of functions, tables, buckets and streams: by type and logical id, beside its owner. */
  findAdditions() {
    const owner = (one) => /^(function|storage|analytics)(.*)$/.exec(one.stackPath.split('/')[1] ?? '')?.[2];
    const paired = new Set(this.pairs.map(({ gen1 }) => gen1.place));
    const isAddition = (one) =>
      owner(one) !== undefined && ADDITION.test(one.type) && !OF_THE_CLI.has(one.type) && !paired.has(one.place);
    for (const one of [...this.gen1.resources.values()].filter(isAddition)) {
      // an included template's resources bear its construct's id, their own and a hash
      const named = new RegExp(`${one.logicalId}[0-9A-F]{8}$`);
      const beside = [...this.gen2.resources.values()].filter(
        (other) =>
          other.type === one.type &&
          named.test(other.logicalId) &&
          other.logicalId.toLowerCase().startsWith(owner(one).toLowerCase()),
      );
      const name = `${one.stackPath.split('/')[1]} ${one.logicalId}`;
      if (beside.length === 1) this.add('added', name, one, beside[0]);
      else this.leave('added', name, 1, one, `${beside.length} in Gen 2`);
    }
  }

  /** Rules that start the same function at the same times; what is left over is found when event sources are compared. */
  findSchedules(name, gen1, gen2) {
    const rulesOf = (tree, lambda) =>
      all(tree, 'AWS::Events::Rule').filter(({ properties }) =>
        (properties.Targets ?? []).some((target) => String(target.Arn).includes(token(lambda.place))),
      );
    const left2 = rulesOf(this.gen2, gen2);
    for (const rule of rulesOf(this.gen1, gen1)) {
      const same = left2.findIndex(
        (other) => other.properties.ScheduleExpression === rule.properties.ScheduleExpression,
      );
      if (same >= 0) this.add('schedule', `schedule of function ${name}`, rule, ...left2.splice(same, 1));
    }
  }

  /** Either may be absent: a generation may use a role that is not its own. */
  pairRoles(kind, name, role1, role2) {
    if (role1 && role2) this.add(kind, name, role1, role2);
    else if (kind !== 'smsRole') {
      if (role1) this.leave(kind, name, 1, role1, 'Gen 2 has no such role');
      if (role2) this.leave(kind, name, 2, role2, 'Gen 1 has no such role');
    }
  }

  /** The physical name of a resource without the environment or branch that its generation appends. */
  bareName(name, resource) {
    if (typeof name !== 'string') return undefined;
    const isGen1 = this.gen1.resources.get(resource.place) === resource;
    const suffixes = isGen1 ? [this.environment] : [this.branch, this.branch.replace(/[^A-Za-z0-9-]/g, '-')];
    const suffix = suffixes.find((one) => name.endsWith(`-${one}`));
    return suffix ? name.slice(0, -suffix.length - 1) : name;
  }

  /** @returns {Pair|undefined} */
  only(kind, name, candidates1, candidates2) {
    if (candidates1.length === 1 && candidates2.length === 1)
      return this.add(kind, name, candidates1[0], candidates2[0]);
    const counts = `${candidates1.length} in Gen 1, ${candidates2.length} in Gen 2`;
    for (const one of candidates1) this.leave(kind, name, 1, one, counts);
    for (const one of candidates2) this.leave(kind, name, 2, one, counts);
    return undefined;
  }

  /** @returns {Pair[]} */
  byKey(kind, candidates1, candidates2, keyOf) {
    const found = [];
    const left2 = new Set(candidates2);
    for (const one of candidates1) {
      const key = keyOf(one);
      const same1 = candidates1.filter((other) => keyOf(other) === key);
      const same2 = key === undefined ? [] : candidates2.filter((other) => keyOf(other) === key);
      if (same1.length === 1 && same2.length === 1) {
        found.push(this.add(kind, key, one, same2[0]));
        left2.delete(same2[0]);
      } else
        this.leave(
          kind,
          key ?? one.logicalId,
          1,
          one,
          `${same1.length} of this name in Gen 1, ${same2.length} in Gen 2`,
        );
    }
    for (const one of left2) this.leave(kind, keyOf(one) ?? one.logicalId, 2, one, 'Gen 1 has none of this name');
    return found;
  }

  /** Before `postRefactor()` Gen 2 has no physical names yet: then what is the only one of its key schema, or the only one, is meant. */
  byNameOrOnly(kind, property, candidates1, candidates2) {
    const nameOf = (one) => one.properties[property];
    const keysOf = (one) =>
      JSON.stringify([
        one.properties.KeySchema,
        one.properties.GlobalSecondaryIndexes?.map((index) => index.IndexName).sort(),
      ]);
    let left1 = candidates1;
    let left2 = candidates2;
    for (const same of [
      (one, other) => nameOf(one) !== undefined && nameOf(one) === nameOf(other),
      (one, other) => keysOf(one) === keysOf(other),
      () => true,
    ]) {
      const matches = left1.map((one) => [one, left2.filter((other) => same(one, other))]);
      for (const [one, [other, ...more]] of matches) {
        const isMutual = other && more.length === 0 && left1.filter((rival) => same(rival, other)).length === 1;
        if (!isMutual) continue;
        this.add(kind, String(nameOf(one) ?? one.logicalId), one, other);
        left1 = left1.filter((rival) => rival !== one);
        left2 = left2.filter((rival) => rival !== other);
      }
    }
    for (const one of left1)
      this.leave(
        kind,
        String(nameOf(one) ?? one.logicalId),
        1,
        one,
        'no Gen 2 resource has its name, or its keys alone',
      );
    for (const one of left2)
      this.leave(
        kind,
        String(nameOf(one) ?? one.logicalId),
        2,
        one,
        'no Gen 1 resource has its name, or its keys alone',
      );
  }

  add(kind, name, gen1, gen2) {
    const pair = { kind, name, gen1, gen2 };
    this.pairs.push(pair);
    return pair;
  }

  leave(kind, name, generation, { place }, reason) {
    this.unpaired.push({ kind, name, generation, place, reason });
  }
}

/**
 * The Amplify category of a resource, from the logical id of the nested stack below the root that it is in.
 * @param {import('./evaluate.mjs').EvaluatedResource} resource
 */
export function categoryOf(resource) {
  if (ownApiStack(resource)) return 'custom';
  const nested = resource.stackPath.split('/')[1] ?? '';
  return /^(auth|storage|analytics|function|api|data|custom)/.exec(nested)?.[1] ?? 'other';
}

/**
 * Below a GraphQL API, Gen 1 calls the stacks of the user's own after the letters of their files, ending included; those of
 * the schema have other names.
 * @param {{stackPath: string}} resource
 * @returns {string|undefined} the letters of the file's name
 */
export function ownApiStack({ stackPath }) {
  const [, api, nested] = stackPath.split('/');
  return /^api/.test(api ?? '') ? /^([A-Za-z]+)(?:json|ya?ml)$/.exec(nested ?? '')?.[1] : undefined;
}

/**
 * The role of a tree that an ARN, a name or a token means.
 * @param {import('./evaluate.mjs').EvaluatedTree} tree
 * @param {unknown} reference
 */
export function roleByArn(tree, reference) {
  if (typeof reference !== 'string') return undefined;
  const name = reference.replace(/^arn:[^:]*:iam::[^:]*:role\/(?:[^⟦]*\/)?/, '');
  const { place, attribute } = asToken(name) ?? {};
  if (place && (attribute === undefined || attribute === 'Arn')) return tree.resources.get(place);
  return all(tree, 'AWS::IAM::Role').find((role) => role.properties.RoleName === name);
}

/**
 * @param {import('./evaluate.mjs').EvaluatedTree} tree
 * @param {string} type
 */
export function all(tree, type) {
  return [...tree.resources.values()].filter((resource) => resource.type === type);
}

function isOutput(tree, resource, outputName) {
  return [...tree.outputs.values()].some(
    (outputs) => asToken(outputs[outputName])?.place === resource.place && !asToken(outputs[outputName]).attribute,
  );
}

function without(list, removed) {
  return list.filter((one) => !removed.includes(one));
}

const SEARCH_FUNCTION = 'OpenSearchStreamingLambdaFunction';

/** Either generation fills the search domain of models with `@searchable` by a function of this name. */
function isSearchFunction({ logicalId, stackPath }) {
  return logicalId.startsWith(SEARCH_FUNCTION) && /SearchableStack/.test(stackPath.split('/').at(-1));
}

/** Functions that CDK and Amplify constructs bring along for custom resources of their own. */
export function isInfrastructureFunction(resource) {
  const segments = (resource.constructPath ?? '').split('/');
  return segments.some((segment) =>
    /^(Custom::|framework-|AmplifyBranchLinker$|AmplifyTableManager$|AmplifySecretFetcher|AmplifyRefAuthCustomResource|BucketNotificationsHandler|LogRetention|AWS679f53fac002430cb0da5b7982bd2287)/.test(
      segment,
    ),
  );
}

/** `defineFunction({ name })` calls its construct `<name>-lambda`; a function of a provider has the name of its construct. */
export function constructName(resource) {
  const name = resource.constructPath?.split('/').at(-2);
  return name?.replace(/-lambda$/, '');
}
