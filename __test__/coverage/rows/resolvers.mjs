/** What a GraphQL API has beyond its schema: resolvers, stacks of its own, override.ts, search. */
import assert from 'node:assert/strict';

const RESOLVER = 'AWS::AppSync::Resolver';
const FUNCTION = 'AWS::AppSync::FunctionConfiguration';

/** @param {import('../row.mjs').Stacks} stacks @param {string} type @param {string} field */
const resolver = (stacks, type, field) =>
  stacks.find(RESOLVER, ({ properties }) => properties.TypeName === type && properties.FieldName === field).properties;

/** The functions of a pipeline in their order. @param {import('../row.mjs').Stacks} stacks @param {string} type @param {string} field */
const pipeline = (stacks, type, field) =>
  resolver(stacks, type, field).PipelineConfig.Functions.map(
    (/** @type {string} */ id) =>
      stacks.find(FUNCTION, ({ stack, logicalId }) => id === `⟦${stack}/${logicalId}.FunctionId⟧`).properties,
  );

/** @param {import('../row.mjs').Subject} subject @param {string} name */
const template = ({ files }, name) => {
  const text = files[`amplify/data/resolvers/${name}`];
  assert.ok(text, `${name} is copied`);
  return text;
};

/** @param {import('../row.mjs').Stacks} stacks */
const api = (stacks) => stacks.only('AWS::AppSync::GraphQLApi').properties;

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'resolvers-override-slot',
    page: 'API: Override/Extend Amplify resolvers',
    gen2: 'CfnFunctionConfiguration.requestMappingTemplate of the generated function',
    app: 'forum',
    check(subject) {
      const [was] = pipeline(subject.gen1, 'Query', 'getTopic');
      assert.match(was.RequestMappingTemplateS3Location, /\/resolvers\/Query\.getTopic\.auth\.1\.req\.vtl$/);
      const [now] = pipeline(subject.gen2, 'Query', 'getTopic');
      assert.equal(now.RequestMappingTemplate, template(subject, 'Query.getTopic.auth.1.req.vtl'));
      assert.equal(now.RequestMappingTemplateS3Location, undefined);
    },
    change: {
      file: 'templates/data-resolvers.hbs',
      from: '    target.requestMappingTemplate = templates.request;\n',
      to: '',
    },
  },
  {
    id: 'resolvers-extend-slot',
    page: 'API: Override/Extend Amplify resolvers',
    gen2: 'new CfnFunctionConfiguration on NONE_DS, put into CfnResolver.pipelineConfig',
    app: 'forum',
    check(subject) {
      const names = (/** @type {import('../row.mjs').Stacks} */ stacks) =>
        pipeline(stacks, 'Mutation', 'createPost').map(
          (/** @type {any} */ one) => /[a-z][A-Za-z]*?(\d+)Function$|DataResolverFn$/.exec(one.Name)?.[0] ?? one.Name,
        );
      assert.equal(names(subject.gen1).length, 7);
      assert.equal(names(subject.gen2).length, 7);
      const [first, second] = pipeline(subject.gen2, 'Mutation', 'createPost').slice(4, 6);
      assert.equal(first.RequestMappingTemplate, template(subject, 'Mutation.createPost.preUpdate.1.req.vtl'));
      assert.equal(second.RequestMappingTemplate, template(subject, 'Mutation.createPost.preUpdate.2.req.vtl'));
      assert.equal(second.ResponseMappingTemplate, template(subject, 'Mutation.createPost.preUpdate.2.res.vtl'));
    },
    change: {
      file: 'templates/data-resolvers.hbs',
      from: 'places.filter((other) => other <= place).length',
      to: 'places.filter((other) => other < place).length',
    },
  },
  {
    id: 'resolvers-data-function',
    page: 'Data: VTL handler',
    gen2: 'request or response template of the generated data function, the other half stays',
    app: 'forum',
    check(subject) {
      const now = pipeline(subject.gen2, 'Query', 'getPost').at(-1);
      assert.equal(now.RequestMappingTemplate, template(subject, 'Query.getPost.req.vtl'));
      assert.match(now.ResponseMappingTemplateS3Location, /^s3:/);
      const posts = pipeline(subject.gen2, 'Topic', 'posts').at(-1);
      assert.equal(posts.ResponseMappingTemplate, template(subject, 'Topic.posts.res.vtl'));
      assert.match(posts.RequestMappingTemplateS3Location, /^s3:/);
    },
    change: {
      file: 'src/backend/interpret/resolvers.rs',
      from: 'own_template(folder, &function, "ResponseMappingTemplate", has_override)',
      to: 'None::<ResolverTemplate>.filter(|_| has_override)',
    },
  },
  {
    id: 'resolvers-unused-file',
    page: 'Issue: a file that no resolver uses is told',
    gen2: 'finding resolver-file-unused with its path',
    app: 'forum',
    check({ result, files }) {
      const found = result.assessment.findings.filter((/** @type {any} */ one) => one.id === 'resolver-file-unused');
      assert.equal(found.length, 1);
      assert.match(found[0].path, /\/resolvers\/Query\.nowhere\.req\.vtl$/);
      assert.equal(files['amplify/data/resolvers/Query.nowhere.req.vtl'], undefined);
    },
    change: {
      file: 'src/backend/interpret/resolvers.rs',
      from: 'if used.contains(name) {',
      to: 'if !used.contains(name) {',
    },
  },
  {
    id: 'resolvers-own-fields',
    page: 'Data: Custom Mutations, Queries, Subscriptions',
    gen2: 'CfnInclude of stacks/CustomResources.json with CfnResolver.requestMappingTemplate from data/resolvers/',
    app: 'forum',
    check(subject) {
      for (const [type, field] of [
        ['Query', 'constructor'],
        ['Query', 'weather'],
        ['Query', 'greet'],
        ['Query', 'recentPosts'],
        ['Mutation', 'recordVisit'],
      ]) {
        assert.match(
          resolver(subject.gen1, type, field).RequestMappingTemplateS3Location,
          new RegExp(`/resolvers/${type}\\.${field}\\.req\\.vtl$`),
        );
        assert.equal(
          resolver(subject.gen2, type, field).RequestMappingTemplate,
          template(subject, `${type}.${field}.req.vtl`),
        );
      }
    },
    change: {
      file: 'src/generate/custom/resolvers.rs',
      from: 'resolverTemplate").call(vec![Code::text(&half.name)]);',
      to: 'resolverTemplate").call(vec![Code::text(&file.name)]).member("length").method("toString", Vec::new());',
    },
  },
  {
    id: 'resolvers-javascript',
    page: 'API: Custom JS/VTL resolvers',
    gen2: 'CfnFunctionConfiguration.code with runtime APPSYNC_JS',
    app: 'forum',
    check(subject) {
      const own = (/** @type {import('../row.mjs').Found} */ { properties }) => properties.Name === 'digest';
      assert.match(subject.gen1.find(FUNCTION, own).properties.CodeS3Location, /Query\.digest\.js$/);
      const { Code, Runtime, CodeS3Location } = subject.gen2.find(FUNCTION, own).properties;
      assert.equal(Code, template(subject, 'Query.digest.js'));
      assert.equal(CodeS3Location, undefined);
      assert.equal(Runtime.Name, 'APPSYNC_JS');
    },
    change: {
      file: 'src/backend/interpret/api_stacks.rs',
      from: '("CodeS3Location", "Code"),',
      to: '("CodeS3Location", "Text"),',
    },
  },
  {
    id: 'resolvers-own-stack-function-by-name',
    page: 'Issue: stacks/*.json',
    gen2: 'a parameter of the included template in the place of a function named by its ARN',
    app: 'forum',
    check({ gen1, gen2 }) {
      const source = (/** @type {import('../row.mjs').Stacks} */ stacks) =>
        stacks.find('AWS::AppSync::DataSource', ({ properties }) => properties.Name === 'GreetingDataSource')
          .properties;
      assert.match(source(gen1).LambdaConfig.LambdaFunctionArn, /:function:forumgreeting-live$/);
      assert.match(source(gen2).LambdaConfig.LambdaFunctionArn, /\/forumgreetinglambda\w+⟧$/);
    },
    change: {
      file: 'src/backend/interpret/api_stacks.rs',
      from: 'imports.extend(by_name(interpretation, template, &stack.path));',
      to: 'let _ = by_name(interpretation, template, &stack.path);',
    },
  },
  {
    id: 'resolvers-own-stack-table',
    page: 'Issue: stacks/*.json',
    gen2: 'own table made anew with the name of the branch, kept, and told as not moved',
    app: 'forum',
    check({ gen1, gen2, result }) {
      const table = (/** @type {import('../row.mjs').Stacks} */ stacks) =>
        stacks.find('AWS::DynamoDB::Table', ({ logicalId }) => logicalId === 'VisitsTable');
      assert.equal(table(gen1).properties.TableName, 'visits-live');
      assert.equal(table(gen2).properties.TableName, 'visits-main');
      assert.equal(table(gen2).resource.DeletionPolicy, 'Retain');
      assert.ok(
        result.assessment.findings.some(
          (/** @type {any} */ one) => one.id === 'custom-stateful-resource' && /CustomResources\.json$/.test(one.path),
        ),
      );
    },
    change: {
      file: 'src/generate/custom/template.rs',
      from: 'any(|(stateful, _)| stateful == logical_id)',
      to: 'any(|(stateful, _)| stateful != logical_id)',
    },
  },
  {
    id: 'api-override-settings',
    page: 'API: Override API',
    gen2: 'cfnGraphqlApi.introspectionConfig, queryDepthLimit, resolverCountLimit, environmentVariables',
    app: 'forum',
    check({ gen1, gen2 }) {
      const [was, now] = [api(gen1), api(gen2)];
      for (const name of ['IntrospectionConfig', 'QueryDepthLimit', 'ResolverCountLimit', 'EnvironmentVariables']) {
        assert.ok(was[name] !== undefined, name);
        assert.deepEqual(now[name], was[name], name);
      }
    },
    change: {
      file: 'src/generate/data/overrides.rs',
      from: 'for (property, value) in &data.other_properties {',
      to: 'for (property, value) in data.other_properties.iter().skip(1) {',
    },
  },
  {
    id: 'api-override-resolvers',
    page: 'API: Override API',
    gen2: 'cfnResolvers[field].cachingConfig, maxBatchSize and inline templates of generated functions',
    app: 'forum',
    check({ gen1, gen2 }) {
      assert.equal(String(resolver(gen1, 'Query', 'getPost').CachingConfig.Ttl), '60');
      assert.deepEqual(
        resolver(gen2, 'Query', 'getPost').CachingConfig,
        resolver(gen1, 'Query', 'getPost').CachingConfig,
      );
      assert.equal(pipeline(gen2, 'Query', 'getComment').at(-1).MaxBatchSize, 10);
      const deletion = (/** @type {import('../row.mjs').Stacks} */ stacks) =>
        pipeline(stacks, 'Mutation', 'deleteComment').at(-1).ResponseMappingTemplate;
      assert.match(deletion(gen1), /Not deleted/);
      assert.equal(deletion(gen2), deletion(gen1));
    },
    change: {
      file: 'src/backend/interpret/resolvers.rs',
      from: '(has_override && !GENERATED_TEXTS',
      to: '(!has_override && !GENERATED_TEXTS',
    },
  },
  {
    id: 'api-xray',
    page: 'Issue: X-Ray of the GraphQL API',
    gen2: 'cfnGraphqlApi.xrayEnabled',
    app: 'forum',
    check({ gen1, gen2 }) {
      assert.equal(api(gen1).XrayEnabled, true);
      assert.equal(api(gen2).XrayEnabled, true);
    },
    change: { file: 'src/generate/data/overrides.rs', from: 'if data.xray_enabled {', to: 'if !data.xray_enabled {' },
  },
  {
    id: 'api-logging',
    page: 'Issue: logging of the GraphQL API',
    gen2: 'defineData({ logging: { fieldLogLevel, excludeVerboseContent, retention } })',
    app: 'forum',
    check({ gen1, gen2 }) {
      assert.equal(api(gen1).LogConfig.FieldLogLevel, 'ERROR');
      assert.equal(api(gen2).LogConfig.FieldLogLevel, 'ERROR');
      assert.equal(api(gen2).LogConfig.ExcludeVerboseContent, true);
      assert.equal(gen2.only('Custom::LogRetention').properties.RetentionInDays, undefined);
    },
    change: {
      file: 'src/generate/data/mod.rs',
      from: 'properties.push(("retention", Code::text("infinite")));',
      to: '',
    },
  },
  {
    id: 'data-searchable',
    page: 'Data: searchable',
    gen2: '@searchable stays in the schema; size of the domain in additionalCfnResources.OpenSearchDomain; a script that fills it',
    app: 'forum',
    check({ gen1, gen2, files, result }) {
      const domain = (/** @type {import('../row.mjs').Stacks} */ stacks) => stacks.only('AWS::Elasticsearch::Domain');
      const size = domain(gen1).properties.ElasticsearchClusterConfig;
      assert.equal(size.InstanceType, 't3.medium.elasticsearch');
      assert.deepEqual(domain(gen2).properties.ElasticsearchClusterConfig, size);
      assert.equal(domain(gen2).resource.DeletionPolicy, 'Retain');
      assert.ok(resolver(gen2, 'Query', 'searchTopics').PipelineConfig.Functions.length > 0);
      const stream = gen2.only('AWS::Lambda::EventSourceMapping').properties.EventSourceArn;
      assert.match(stream, /\/TopicTable\.StreamArn⟧$/);
      assert.match(files['amplify/data/reindex-search.mjs'], /'Topic-[a-z0-9]+-live'/);
      assert.ok(result.assessment.findings.some((/** @type {any} */ one) => one.id === 'search-domain-empty'));
    },
    change: {
      file: 'src/generate/data/search.rs',
      from: 'for (name, value) in &search.domain {',
      to: 'for (name, value) in search.domain.iter().take(1) {',
    },
  },
  {
    id: 'model-operations',
    page: 'Data: model',
    gen2: 'operations that @model does not name beside others are null',
    app: 'odd',
    check({ gen1, gen2 }) {
      const ofTag = (/** @type {import('../row.mjs').Stacks} */ stacks) =>
        stacks
          .all(RESOLVER)
          .filter(({ properties }) => /Tag$/.test(properties.FieldName) && properties.TypeName === 'Mutation')
          .map(({ properties }) => properties.FieldName)
          .sort();
      assert.deepEqual(ofTag(gen1), ['addTag']);
      assert.deepEqual(ofTag(gen2), ['addTag']);
    },
    change: {
      file: 'src/generate/data/schema.rs',
      from: 'if !data.operations_are_merged {',
      to: 'if data.operations_are_merged {',
    },
  },
  {
    id: 'model-table-refused',
    page: 'Issue: tables that Gen 2 refuses to take over are told',
    gen2: 'finding model-table-refused (blocker) with the line of override.ts',
    test: { file: 'src/backend/interpret/model_tables.rs', name: 'everything_that_is_refused_is_told' },
    change: {
      file: 'src/backend/interpret/model_tables.rs',
      from: 'refused.push(ENCRYPTED.to_owned());',
      to: '',
    },
  },
];
