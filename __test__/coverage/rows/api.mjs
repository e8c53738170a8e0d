/** GraphQL: models, rules, directives, authorization; REST APIs; services that stay. */
import assert from 'node:assert/strict';

/** @typedef {import('../row.mjs').Subject} Subject @typedef {import('../row.mjs').Stacks} Stacks */

const SCHEMA_RS = 'src/generate/data/schema.rs';

/** The generated schema as one text. @param {Subject} subject */
const schemaOf = ({ files }) =>
  Object.entries(files)
    .filter(([name]) => name.startsWith('amplify/data/') && name.endsWith('.graphql'))
    .map(([, text]) => text)
    .join('\n');

/** @param {Stacks} stacks @param {string} type @param {string} field */
const resolver = (stacks, type, field) =>
  stacks.find(
    'AWS::AppSync::Resolver',
    ({ properties }) => properties.TypeName === type && properties.FieldName === field,
  );

/** The field is resolved in both generations, and the schema still says how. @param {string} type @param {string} field @param {RegExp} directive */
const isRelation = (type, field, directive) => (/** @type {Subject} */ subject) => {
  resolver(subject.gen1, type, field);
  resolver(subject.gen2, type, field);
  assert.match(schemaOf(subject), directive);
};

/** What becomes of the schema when a directive is dropped on the way. @param {string} directive */
const without = (directive) => ({
  file: SCHEMA_RS,
  from: '    apply(&file.text, edits)',
  to: `    apply(&file.text, edits).replace("${directive}", "")`,
});

/** Tables of models by name. @param {Stacks} gen1 */
const gen1Tables = (gen1) => gen1.all('AWS::DynamoDB::Table').filter(({ stack }) => stack.includes('/api'));
/** @param {Stacks} stacks @param {string} model */
const importedTable = (stacks, model) =>
  stacks.find('Custom::ImportedAmplifyDynamoDBTable', ({ logicalId }) => logicalId === `${model}Table`).properties;

/** Operations of the compiled schema that a mode comes to are guarded by rules: they must be the user's own. @param {RegExp} rule */
const keepsRule = (rule) => (/** @type {Subject} */ subject) => {
  assert.ok(subject.gen1.all('AWS::AppSync::GraphQLApi').length === 1);
  assert.match(schemaOf(subject), rule);
};

/** Authorization modes by kind, the default first. @param {Stacks} stacks @returns {[string, any][]} */
function modesOf(stacks) {
  const { properties } = stacks.only('AWS::AppSync::GraphQLApi');
  return [properties, ...(properties.AdditionalAuthenticationProviders ?? [])].map((mode) => [
    mode.AuthenticationType,
    mode,
  ]);
}

/** @param {string} kind @param {string} [setting] */
const hasMode =
  (kind, setting) =>
  (/** @type {Subject} */ { gen1, gen2 }) => {
    const [was, is] = [gen1, gen2].map((stacks) => modesOf(stacks).find(([name]) => name === kind)?.[1]);
    assert.ok(was, `Gen 1 has ${kind}`);
    assert.ok(is, `Gen 2 has ${kind}`);
    assert.equal(modesOf(gen1)[0][0], modesOf(gen2)[0][0], 'the default mode');
    if (setting) assert.ok(was[setting] && is[setting], setting);
  };

/** Methods of a REST API of Gen 2 by path: what they ask, with the scopes. @param {Stacks} gen2 @param {string} name */
function methodsOf(gen2, name) {
  const api = gen2.find('AWS::ApiGateway::RestApi', ({ properties }) => String(properties.Name).startsWith(`${name}-`));
  const here = (/** @type {string} */ type) => gen2.all(type).filter(({ stack }) => stack === api.stack);
  const parts = new Map(here('AWS::ApiGateway::Resource').map((one) => [one.logicalId, one]));
  /** @returns {string} */
  const pathOf = (/** @type {any} */ reference) => {
    const part = parts.get(reference?.Ref);
    return part ? `${pathOf(part.resource.Properties.ParentId)}/${part.properties.PathPart}` : '';
  };
  const methods = here('AWS::ApiGateway::Method').filter(({ properties }) => properties.HttpMethod === 'ANY');
  return Object.fromEntries(
    methods.map(({ properties, resource }) => [
      pathOf(resource.Properties.ResourceId) || '/',
      [properties.AuthorizationType, ...(properties.AuthorizationScopes ?? [])].join(' '),
    ]),
  );
}

/** Paths of the deployed definition that ask one kind of authorizer. @param {Stacks} gen1 @param {string} api @param {string | undefined} scheme */
const gen1Paths = (gen1, api, scheme) =>
  Object.entries(gen1.find('AWS::ApiGateway::RestApi', ({ logicalId }) => logicalId === api).properties.Body.paths)
    .filter(([, methods]) => Object.keys(methods['x-amazon-apigateway-any-method'].security?.[0] ?? {})[0] === scheme)
    .map(([path]) => path);

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'data-model',
    page: 'Data: model',
    gen2: 'migratedAmplifyGen1DynamoDbTableMappings: the table of Gen 1 is imported',
    app: 'notes',
    check({ gen1, gen2 }) {
      const names = gen1Tables(gen1).map(({ properties }) => properties.TableName);
      assert.equal(names.length, 4);
      const imported = gen2.all('Custom::ImportedAmplifyDynamoDBTable').map(({ properties }) => properties.tableName);
      assert.equal(imported.length, 4);
      for (const name of imported) assert.match(name, /^(Notebook|Note|Attachment|Comment)-.+-main$/);
    },
    change: {
      file: 'src/generate/data/mod.rs',
      from: '("branchName", Code::text(&context.options.branch))',
      to: '("branchName", Code::text(format!("{}-other", context.options.branch)))',
    },
  },
  {
    id: 'data-primary-key',
    page: 'Data: primaryKey',
    gen2: '@primaryKey; key of the imported table set where the library takes it for id',
    app: 'clinic',
    check({ gen1, gen2 }) {
      const was = gen1Tables(gen1).find(({ logicalId }) => logicalId === 'VisitTable')?.properties;
      assert.deepEqual(
        was.KeySchema.map(({ AttributeName }) => AttributeName),
        ['number', 'day#room'],
      );
      assert.deepEqual(
        importedTable(gen2, 'Visit').keySchema.map(({ attributeName }) => attributeName),
        ['number', 'day#room'],
      );
    },
    change: {
      file: 'src/generate/data/overrides.rs',
      from: '("keySchema", &key.key_schema),',
      to: '("keys", &key.key_schema),',
    },
  },
  {
    id: 'data-secondary-key',
    page: 'Data: secondaryKey (name, sortKeyFields, query)',
    gen2: '@index(name, sortKeyFields, queryField)',
    app: 'clinic',
    check({ gen1, gen2 }) {
      resolver(gen1, 'Query', 'visitsOfDoctor');
      resolver(gen2, 'Query', 'visitsOfDoctor');
      const was = gen1Tables(gen1).find(({ logicalId }) => logicalId === 'VisitTable')?.properties;
      const keys = (/** @type {any[]} */ indexes, /** @type {string} */ name, /** @type {string} */ attribute) =>
        indexes.find((one) => one[name] === 'byDoctor');
      assert.deepEqual(
        keys(importedTable(gen2, 'Visit').globalSecondaryIndexes, 'indexName', '').keySchema.map(
          ({ attributeName }) => attributeName,
        ),
        keys(was.GlobalSecondaryIndexes, 'IndexName', '').KeySchema.map(({ AttributeName }) => AttributeName),
      );
    },
    change: without(', queryField: \\"visitsOfDoctor\\"'),
  },
  {
    id: 'data-has-one',
    page: 'Data: hasOne',
    gen2: '@hasOne',
    app: 'notes',
    check: isRelation('Note', 'attachment', /attachment: Attachment @hasOne/),
    change: without('@hasOne'),
  },
  {
    id: 'data-has-many',
    page: 'Data: hasMany',
    gen2: '@hasMany',
    app: 'notes',
    check: isRelation('Notebook', 'notes', /notes: \[Note\] @hasMany\(indexName: "byNotebook", fields: \["id"\]\)/),
    change: without('@hasMany(indexName: \\"byNotebook\\", fields: [\\"id\\"])'),
  },
  {
    id: 'data-belongs-to',
    page: 'Data: belongsTo',
    gen2: '@belongsTo',
    app: 'notes',
    check: isRelation('Note', 'notebook', /@belongsTo\(fields: \["notebookID"\]\)/),
    change: without('@belongsTo(fields: [\\"notebookID\\"])'),
  },
  {
    id: 'data-many-to-many',
    page: 'Data: manyToMany',
    gen2: 'the join model written out, with the join table imported',
    app: 'odd',
    check(subject) {
      assert.ok(gen1Tables(subject.gen1).some(({ logicalId }) => logicalId === 'EverybodyTagsTable'));
      assert.match(importedTable(subject.gen2, 'EverybodyTags').tableName, /^EverybodyTags-/);
      assert.doesNotMatch(schemaOf(subject), /^[^#]*@manyToMany\(/m);
    },
    change: {
      file: 'src/generate/data/many_to_many.rs',
      from: 'let mut lines = vec![format!("type {} @model{auth} {{", model.name)',
      to: 'let mut lines = vec![format!("type {}s @model{auth} {{", model.name)',
    },
  },
  {
    id: 'data-default',
    page: 'Data: default',
    gen2: '@default',
    app: 'clinic',
    check(subject) {
      resolver(subject.gen1, 'Mutation', 'createPatient');
      assert.match(schemaOf(subject), /status: Status @default\(value: "WAITING"\)/);
    },
    change: without('@default(value: \\"WAITING\\")'),
  },
  {
    id: 'data-auth-public-key',
    page: 'Data: auth - public - apiKey',
    gen2: '{ allow: public, provider: apiKey }, apiKeyAuthorizationMode',
    app: 'notes',
    check(subject) {
      hasMode('API_KEY')(subject);
      keepsRule(/type Note\n {2}@model\n {2}@auth\([^)]*\{ allow: public, provider: apiKey, operations: \[read\] \}/)(
        subject,
      );
    },
    change: without('{ allow: public, provider: apiKey, operations: [read] }'),
  },
  {
    id: 'data-auth-public-iam',
    page: 'Data: auth - public - iam',
    gen2: '{ allow: public, provider: iam }; the policies of the library for the guests’ role',
    app: 'gallery',
    check(subject) {
      hasMode('AWS_IAM')(subject);
      keepsRule(/\{ allow: public, provider: iam/)(subject);
    },
    change: without('allow: public, provider: iam'),
  },
  {
    id: 'data-auth-owner',
    page: 'Data: auth - owner - userPools',
    gen2: '{ allow: owner, ownerField }',
    app: 'clinic',
    check: keepsRule(/\{ allow: owner, ownerField: "practice" \}/),
    change: without('{ allow: owner, ownerField: \\"practice\\" }'),
  },
  {
    id: 'data-auth-private-pool',
    page: 'Data: auth - private - userPools',
    gen2: '{ allow: private }',
    app: 'notes',
    check: keepsRule(/\{ allow: private, operations: \[create, read\] \}/),
    change: without('{ allow: private, operations: [create, read] }'),
  },
  {
    id: 'data-auth-private-iam',
    page: 'Data: auth - private - iam',
    gen2: '{ allow: private, provider: iam }, and the right on the Gen 1 API until its frontends are gone',
    app: 'clinic',
    check(subject) {
      keepsRule(/\{ allow: private, provider: iam, operations: \[read\] \}/)(subject);
      assert.match(subject.files['amplify/data/overrides.ts'], /'appsync:GraphQL'/);
    },
    change: {
      file: 'src/generate/data/overrides.rs',
      from: 'filter(|grant| roles::targets(grant).any(|target| *target == Target::GraphqlApi))',
      to: 'filter(|grant| roles::targets(grant).any(|target| *target == Target::UserPool))',
    },
  },
  {
    id: 'data-auth-groups',
    page: 'Data: auth - group - userPools',
    gen2: '{ allow: groups, groups }, { allow: groups, groupsField }',
    app: 'clinic',
    check(subject) {
      keepsRule(/\{ allow: groups, groups: \["Doctors", "Nurses"\] \}/)(subject);
      keepsRule(/\{ allow: groups, groupsField: "teams", operations: \[read\] \}/)(subject);
    },
    change: without('{ allow: groups, groupsField: \\"teams\\", operations: [read] }'),
  },
  {
    id: 'data-auth-custom',
    page: 'Data: auth - custom - function',
    gen2: '{ allow: custom }, lambdaAuthorizationMode',
    app: 'clinic',
    check(subject) {
      hasMode('AWS_LAMBDA', 'LambdaAuthorizerConfig')(subject);
      keepsRule(/\{ allow: custom \}/)(subject);
    },
    change: {
      file: 'src/generate/data/authorization.rs',
      from: '"lambdaAuthorizationMode",',
      to: '"apiKeyAuthorizationMode",',
    },
  },
  {
    id: 'data-without-rules',
    page: 'Issue: models without `@auth` made explicit',
    gen2: 'fields with a resolver get the rule of the default mode, own types its directive; models that let in nobody stay so',
    app: 'clinic',
    check(subject) {
      assert.equal(modesOf(subject.gen1)[0][0], 'AWS_LAMBDA');
      const schema = schemaOf(subject);
      assert.match(schema, /@function\(name: "audit"\) @auth\(rules: \[\{ allow: custom \}\]\)/);
      assert.match(schema, /type Slot @aws_lambda \{/);
      assert.match(schema, /type Notice @model \{/);
    },
    change: {
      file: SCHEMA_RS,
      from: 'AuthorizationMode::Lambda { .. } => (Some("{ allow: custom }"), Some("@aws_lambda")),',
      to: 'AuthorizationMode::Lambda { .. } => (Some("{ allow: custom }"), None),',
    },
  },
  {
    id: 'data-predictions',
    page: 'Data: predictions',
    gen2: 'addHttpDataSource to Rekognition and Translate, a function for Polly, appended to the resolver that checks the rules',
    app: 'clinic',
    check({ gen1, gen2, files }) {
      for (const [field, actions] of [
        ['readPrescription', 1],
        ['describePicture', 3],
        ['translateNote', 1],
      ]) {
        const functions = (/** @type {Stacks} */ stacks) =>
          resolver(stacks, 'Query', String(field)).properties.PipelineConfig.Functions.length;
        // Gen 2 checks the rules of every field; Gen 1 has no function for the field without rules.
        assert.ok(functions(gen1) >= actions);
        assert.equal(functions(gen2), Number(actions) + 1, String(field));
      }
      const template = (/** @type {Stacks} */ stacks) =>
        stacks.find('AWS::AppSync::FunctionConfiguration', ({ properties }) =>
          String(properties.RequestMappingTemplate).includes('RekognitionService.DetectLabels'),
        ).properties.RequestMappingTemplate;
      assert.equal(template(gen2), template(gen1));
      assert.match(files['amplify/data/predictions.ts'], /'rekognition:DetectLabels'/);
    },
    change: {
      file: 'src/generate/data/predictions.rs',
      from: 'functions: Code::Array(field.actions.iter().map(Code::name).collect()),',
      to: 'functions: Code::Array(field.actions.iter().skip(1).map(Code::name).collect()),',
    },
  },
  {
    id: 'data-custom-operations',
    page: 'Data: Custom Mutations, Queries, Subscriptions',
    gen2: 'the schema’s own operations, with their directives',
    app: 'clinic',
    check(subject) {
      for (const [type, field] of [
        ['Query', 'hours'],
        ['Mutation', 'call'],
      ]) {
        resolver(subject.gen1, type, field);
        resolver(subject.gen2, type, field);
      }
      assert.match(schemaOf(subject), /called\(room: Int\): Slot @aws_subscribe\(mutations: \["call"\]\)/);
    },
    change: without('@aws_subscribe(mutations: [\\"call\\"])'),
  },
  {
    id: 'data-function',
    page: 'Data: function handler',
    gen2: '@function(name) with functions: { name }; by full name in other regions and accounts',
    app: 'clinic',
    check({ gen1, gen2 }) {
      const lambdas = (/** @type {Stacks} */ stacks) =>
        stacks
          .all('AWS::AppSync::DataSource')
          .filter(({ properties }) => properties.Type === 'AWS_LAMBDA')
          .map(({ properties }) => JSON.stringify(properties.LambdaConfig.LambdaFunctionArn));
      const elsewhere = /eu-west-1:210987654321:function:laboratory-main/;
      assert.ok(lambdas(gen1).some((arn) => elsewhere.test(arn)));
      assert.ok(lambdas(gen2).some((arn) => elsewhere.test(arn)));
      assert.equal(resolver(gen2, 'Query', 'hours').properties.PipelineConfig.Functions.length, 3);
    },
    change: {
      file: SCHEMA_RS,
      from: 'if call.is_elsewhere(backend) {',
      to: 'if call.name.is_empty() {',
    },
  },
  {
    id: 'data-http',
    page: 'Data: http handler',
    gen2: '@http with every method, parameters, headers, environment and region',
    app: 'clinic',
    check({ gen1, gen2 }) {
      const hosts = (/** @type {Stacks} */ stacks) =>
        stacks
          .all('AWS::AppSync::DataSource')
          .filter(({ properties }) => /example\.com/.test(JSON.stringify(properties.HttpConfig ?? '')))
          .map(({ properties }) => properties.HttpConfig.Endpoint)
          .sort();
      assert.equal(hosts(gen1).length, 3);
      assert.deepEqual(hosts(gen2), hosts(gen1));
      // a field without the directive has a resolver, too: what calls the host is a function of its own
      const calls = (/** @type {Stacks} */ stacks) =>
        stacks
          .all('AWS::AppSync::FunctionConfiguration')
          .map(({ properties }) => String(properties.Name))
          .filter((name) => name.includes('examplecomDataSource'))
          .sort();
      assert.equal(calls(gen1).length, 7);
      assert.deepEqual(calls(gen2), calls(gen1));
    },
    change: without('@http(method: PATCH, url: \\"https://billing.example.com/patients/:patient\\")'),
  },
  {
    id: 'data-datastore',
    page: 'Data: DataStore support',
    gen2: 'none: assess and generate stop with the steps that turn it off',
    test: { file: 'src/assess/tests.rs', name: 'datastore_and_the_old_transformer_block' },
    change: {
      file: 'src/backend/interpret/data.rs',
      from: 'config["Versioned"] == true',
      to: 'config["Versioned"] == false',
    },
  },
  {
    id: 'api-conflict-detection',
    page: 'API: GraphQL: Conflict detection (DataStore)',
    gen2: 'none: a blocker, from the files or from what is deployed',
    test: { file: 'src/assess/tests.rs', name: 'datastore_and_the_old_transformer_block' },
    change: {
      file: 'src/assess/support.rs',
      from: 'Cell::No("must be disabled before the migration"),\n            Cell::No("must be disabled before the migration"),\n            Severity::Blocker,',
      to: 'Cell::No("must be disabled before the migration"),\n            Cell::No("must be disabled before the migration"),\n            Severity::Manual,',
    },
  },
  {
    id: 'api-key',
    page: 'API: GraphQL: API Key auth',
    gen2: 'apiKeyAuthorizationMode: { expiresInDays, description }',
    app: 'clinic',
    check(subject) {
      hasMode('API_KEY')(subject);
      const keys = [subject.gen1, subject.gen2].map((stacks) => stacks.only('AWS::AppSync::ApiKey').properties);
      assert.equal(keys[1].Description, keys[0].Description);
      assert.match(subject.files['amplify/data/resource.ts'], /expiresInDays: 30,/);
    },
    change: {
      file: 'src/generate/data/authorization.rs',
      from: '("description", Code::text(description))',
      to: '("description", Code::text(description.to_uppercase()))',
    },
  },
  {
    id: 'api-user-pool',
    page: 'API: GraphQL: Cognito User Pool auth',
    gen2: 'the pool of defineAuth, default or besides',
    app: 'clinic',
    check: hasMode('AMAZON_COGNITO_USER_POOLS', 'UserPoolConfig'),
    change: {
      file: 'src/generate/mod.rs',
      from: '    if auth::is_defined(context) {\n        resources.push(',
      to: '    if !auth::is_defined(context) {\n        resources.push(',
    },
  },
  {
    id: 'api-iam',
    page: 'API: GraphQL: IAM auth',
    gen2: "defaultAuthorizationMode: 'identityPool'",
    app: 'depot',
    check: hasMode('AWS_IAM'),
    change: {
      file: 'src/generate/data/authorization.rs',
      from: 'AuthorizationMode::Iam => "identityPool",',
      to: 'AuthorizationMode::Iam => "apiKey",',
    },
  },
  {
    id: 'api-oidc',
    page: 'API: GraphQL: OpenID Connect auth',
    gen2: 'oidcAuthorizationMode, times in seconds that become the same milliseconds',
    app: 'clinic',
    check(subject) {
      hasMode('OPENID_CONNECT', 'OpenIDConnectConfig')(subject);
      const [was, is] = [subject.gen1, subject.gen2].map(
        (stacks) => modesOf(stacks).find(([kind]) => kind === 'OPENID_CONNECT')?.[1].OpenIDConnectConfig,
      );
      assert.equal(was.IatTTL, 7200500);
      assert.deepEqual(is, was);
    },
    change: {
      file: 'src/generate/data/authorization.rs',
      from: 'settings.push(("tokenExpireFromIssueInSeconds", seconds(*issued_at_ttl_ms)));',
      to: 'settings.push(("tokenExpireFromIssueInSeconds", seconds(*auth_ttl_ms)));',
    },
  },
  {
    id: 'api-oidc-exact',
    page: 'Defect 20',
    gen2: 'milliseconds to seconds; overrides where seconds cannot say it or Gen 1 has no limit',
    test: { file: 'src/generate/tests/graphql.rs', name: 'times_that_seconds_cannot_say_are_set_exactly' },
    change: {
      file: 'src/generate/data/authorization.rs',
      from: 'const MILLISECONDS: f64 = 1000.0;',
      to: 'const MILLISECONDS: f64 = 1024.0;',
    },
  },
  {
    id: 'api-lambda',
    page: 'API: GraphQL: Lambda auth',
    gen2: 'lambdaAuthorizationMode: { function, timeToLiveInSeconds }',
    app: 'clinic',
    check(subject) {
      hasMode('AWS_LAMBDA', 'LambdaAuthorizerConfig')(subject);
      const ttl = (/** @type {Stacks} */ stacks) =>
        modesOf(stacks)[0][1].LambdaAuthorizerConfig.AuthorizerResultTtlInSeconds;
      assert.equal(ttl(subject.gen1), 90);
      assert.equal(ttl(subject.gen2), 90);
    },
    change: {
      file: 'src/generate/data/authorization.rs',
      from: 'Code::number(ttl_seconds.unwrap_or(LAMBDA_DEFAULT_SECONDS)),',
      to: 'Code::number(LAMBDA_DEFAULT_SECONDS),',
    },
  },
  {
    id: 'api-modes-kept',
    page: 'Defect 21',
    gen2: 'authorizationModes alone: no list of providers is replaced',
    app: 'clinic',
    check({ gen1, gen2, files }) {
      const kinds = (/** @type {Stacks} */ stacks) => modesOf(stacks).map(([kind]) => kind);
      assert.equal(kinds(gen1).length, 5);
      assert.deepEqual(kinds(gen2).sort(), kinds(gen1).sort());
      assert.doesNotMatch(files['amplify/data/overrides.ts'], /additionalAuthenticationProviders =/);
    },
    change: {
      file: 'src/backend/interpret/data/authorization.rs',
      from: '        additional: modes.collect(),',
      to: '        additional: modes.take(1).collect(),',
    },
  },
  {
    id: 'rest-api',
    page: 'API: REST API',
    gen2: 'RestApi with every path and everything below it, functions shared by paths and APIs',
    app: 'clinic',
    check({ gen1, gen2 }) {
      for (const name of ['frontdesk', 'records', 'class']) {
        const { paths } = gen1.find('AWS::ApiGateway::RestApi', ({ logicalId }) => logicalId === name).properties.Body;
        assert.deepEqual(Object.keys(methodsOf(gen2, name)).sort(), Object.keys(paths).sort(), name);
      }
    },
    change: {
      file: 'src/generate/rest_api/mod.rs',
      from: '.filter(|_| !is_greedy(&plain))',
      to: '.filter(|_| is_greedy(&plain))',
    },
  },
  {
    id: 'rest-restrict',
    page: 'API: REST: Restrict API access',
    gen2: 'AuthorizationType of each method as deployed: NONE, IAM, COGNITO with its scopes',
    app: 'clinic',
    check({ gen1, gen2 }) {
      const [frontdesk, records] = ['frontdesk', 'records'].map((name) => methodsOf(gen2, name));
      assert.deepEqual(gen1Paths(gen1, 'frontdesk', undefined), ['/', '/{proxy+}']);
      for (const [path, authorization] of Object.entries(frontdesk))
        assert.equal(authorization, ['/', '/{proxy+}'].includes(path) ? 'NONE' : 'AWS_IAM', path);
      assert.ok(gen1Paths(gen1, 'records', 'Cognito').length > 0);
      assert.equal(records['/rooms'], 'COGNITO_USER_POOLS');
      assert.match(records['/export'], /^COGNITO_USER_POOLS .*records\/export/);
    },
    change: {
      file: 'src/generate/rest_api/mod.rs',
      from: 'RestAuthorizer::Iam => vec![("authorizationType", kind("IAM"))],',
      to: 'RestAuthorizer::Iam => vec![("authorizationType", kind("NONE"))],',
    },
  },
  {
    id: 'rest-rights',
    page: 'API: REST: Auth/Guest/Group permissions',
    gen2: 'policies of the roles with the methods of Gen 1, for the new API and for the old one',
    app: 'clinic',
    check({ files }) {
      const code = files['amplify/api/frontdesk.ts'];
      const [, guest] = code.split("new Policy(stack, 'GuestPolicy'");
      assert.match(guest.split('new Policy(')[0], /arnForExecuteApi\('GET', '\/beds\/\*\/charts'/);
      const [, nurses] = code.split("new Policy(stack, 'NursesGroupPolicy'");
      assert.match(nurses.split('new Policy(')[0], /arnForExecuteApi\('PATCH', '\/my-visits'/);
      assert.match(code, /Gen1ApiNursesGroupPolicy/);
    },
    change: {
      file: 'src/generate/rest_api/mod.rs',
      from: '(Principal::Unauthenticated, access.guest.as_slice()),',
      to: '(Principal::Unauthenticated, access.authenticated.as_slice()),',
    },
  },
  {
    id: 'rest-override',
    page: 'Issue: REST APIs: override',
    gen2: 'properties of the deployed API on CfnRestApi, authorizers of its methods; the rest is told with file and line',
    app: 'clinic',
    check({ gen1, gen2 }) {
      const [was, is] = [gen1, gen2].map(
        (stacks) =>
          stacks.find('AWS::ApiGateway::RestApi', ({ properties }) => /^records/.test(String(properties.Name)))
            .properties,
      );
      assert.equal(was.MinimumCompressionSize, 1024);
      assert.equal(is.MinimumCompressionSize, 1024);
      assert.equal(is.Description, was.Description);
      assert.deepEqual(is.BinaryMediaTypes, was.Body['x-amazon-apigateway-binary-media-types']);
    },
    change: {
      file: 'src/backend/interpret/rest_apis/definition.rs',
      from: '("x-amazon-apigateway-binary-media-types", "BinaryMediaTypes"),',
      to: '("x-amazon-apigateway-binary-media", "BinaryMediaTypes"),',
    },
  },
  {
    id: 'rest-path-names',
    page: 'Defect 2',
    gen2: 'paths are texts, no path becomes a name of the code',
    app: 'odd',
    check({ gen1, files }) {
      const paths = Object.keys(gen1.only('AWS::ApiGateway::RestApi').properties.Body.paths);
      for (const path of ['/my-items', '/items/{id}', '/1st']) {
        assert.ok(paths.includes(path));
        assert.match(files['amplify/api/import.ts'], new RegExp(`addPath\\('${path.replace(/[{}]/g, '\\$&')}',`));
      }
    },
    change: {
      file: 'src/generate/rest_api/mod.rs',
      from: "let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();",
      to: "let parts: Vec<&str> = path.split(['/', '-']).filter(|part| !part.is_empty()).collect();",
    },
  },
  {
    id: 'rest-no-paths',
    page: 'Defect 3',
    gen2: 'an API without paths is told and not written',
    test: {
      file: 'src/generate/tests/rest.rs',
      name: 'the_standard_answers_need_no_word_and_an_api_without_paths_is_told',
    },
    change: {
      file: 'src/generate/rest_api/mod.rs',
      from: '        if paths.is_empty() {',
      to: '        if !paths.is_empty() {',
    },
  },
  {
    id: 'schema-escapes',
    page: 'Defect 6',
    gen2: 'the schema in files of its own, read when the backend is synthesised',
    app: 'clinic',
    check(subject) {
      const schema = schemaOf(subject);
      assert.match(schema, /nor `this` or \$\{that\} or \\d\+\./);
      assert.match(schema, /"patient \\"self\\""/);
      assert.match(subject.files['amplify/data/resource.ts'], /readFileSync/);
    },
    change: without('`this`'),
  },
  {
    id: 'rest-protected',
    page: 'Defect 14',
    gen2: 'protected paths ask IAM, with rights for users and guests',
    app: 'clinic',
    check({ gen1, gen2 }) {
      assert.ok(gen1Paths(gen1, 'frontdesk', 'sigv4').includes('/beds/{bed}/charts'));
      assert.equal(methodsOf(gen2, 'frontdesk')['/beds/{bed}/charts'], 'AWS_IAM');
    },
    change: {
      file: 'src/backend/interpret/rest_apis/definition.rs',
      from: 'Some("awsSigv4") => RestAuthorizer::Iam,',
      to: 'Some("awsSigv4") => RestAuthorizer::None,',
    },
  },
  {
    id: 'phantom-models',
    page: 'Defect 18',
    gen2: 'models from the syntax tree, not from texts and comments',
    app: 'clinic',
    check({ gen1, files }) {
      assert.equal(gen1Tables(gen1).length, 3);
      const mapping = /modelNameToTableNameMapping: \{([^}]*)\}/.exec(files['amplify/data/resource.ts'])?.[1] ?? '';
      assert.deepEqual(
        [...mapping.matchAll(/(\w+): '/g)].map(([, name]) => name),
        ['Patient', 'Visit', 'Notice'],
      );
    },
    change: {
      file: 'src/backend/interpret/data.rs',
      from: 'let types = file.document.types.iter();',
      to: 'let types = file.document.types.iter().skip(1);',
    },
  },
  {
    id: 'project-override',
    page: 'Issue: project override',
    gen2: 'CfnRole properties and tags of the roles of users',
    app: 'clinic',
    check({ gen1, gen2 }) {
      const was = gen1.find('AWS::IAM::Role', ({ logicalId }) => logicalId === 'AuthRole').properties;
      const is = gen2.find(
        'AWS::IAM::Role',
        ({ logicalId }) => /authenticatedUserRole/.test(logicalId) && !/un/.test(logicalId),
      ).properties;
      for (const property of ['Description', 'MaxSessionDuration', 'PermissionsBoundary'])
        assert.deepEqual(is[property], was[property], property);
      const guests = gen2.find('AWS::IAM::Role', ({ logicalId }) =>
        /unauthenticatedUserRole/.test(logicalId),
      ).properties;
      assert.deepEqual(guests.ManagedPolicyArns, ['arn:aws:iam::aws:policy/AWSDenyAll']);
    },
    change: {
      file: 'src/generate/auth/role_overrides.rs',
      from: '    "PermissionsBoundary",\n',
      to: '',
    },
  },
  {
    id: 'predictions',
    page: 'Other categories: Predictions',
    gen2: 'policies of the roles; addOutput({ custom: { Predictions } })',
    app: 'clinic',
    check({ files }) {
      const outputs = files['amplify/services/resource.ts'];
      for (const expected of [
        /convert: \{(?:(?!interpret: \{)[^])*translateText: \{/,
        /convert: \{(?:(?!interpret: \{)[^])*transcription: \{/,
        /interpretText: \{/,
        /identifyText: \{/,
      ])
        assert.match(outputs, expected);
      assert.match(files['amplify/auth/overrides.ts'], /'translate:TranslateText'/);
    },
    change: {
      file: 'src/generate/kept/mod.rs',
      from: '"transcription" => json!({ "convert":',
      to: '"transcription" => json!({ "interpret":',
    },
  },
  {
    id: 'interactions',
    page: 'Other categories: Interactions',
    gen2: 'the bot stays; addOutput({ custom: { Interactions } })',
    test: { file: 'src/generate/tests/kept.rs', name: 'predictions_and_bots_give_frontends_what_gen_1_gave_them' },
    change: {
      file: 'src/generate/kept/mod.rs',
      from: '"alias": "$LATEST"',
      to: '"alias": "latest"',
    },
  },
  {
    id: 'pinpoint',
    page: 'Other categories: Analytics',
    gen2: 'the Pinpoint app stays; addOutput({ analytics: { amazon_pinpoint } })',
    app: 'atlas',
    check({ gen1, files }) {
      const [, id] = /"?app_id"?: '([^']+)'/.exec(files['amplify/services/resource.ts']) ?? [];
      assert.ok(gen1.all('Custom::LambdaCallout').some(({ logicalId }) => logicalId === 'PinpointFunctionOutputs'));
      assert.equal(id, '0123456789abcdef0123456789abcdef');
    },
    change: {
      file: 'src/generate/kept/mod.rs',
      from: '"amazon_pinpoint": { "aws_region": region, "app_id": id }',
      to: '"amazon_pinpoint": { "aws_region": region, "app_id": region }',
    },
  },
];
