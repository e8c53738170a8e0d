import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareResolvers } from './compare-resolvers.mjs';
import { evaluatedShelf } from './fixtures/shelf.mjs';

const GENERATED = '#set( $a = 1 )';
const OWN = {
  'Mutation.createBook.preUpdate.1.req.vtl': '$util.toJson({ "first": "`${x}` \\\\" })',
  'Mutation.createBook.preUpdate.2.req.vtl': '$util.toJson({ "second": "日本語" })',
  'Query.hello.req.vtl': '{ "payload": "hello" }',
};
const get = (name, attribute) => ({ 'Fn::GetAtt': [name, attribute] });
const gen1File = (name) => ({ 'Fn::Join': ['', ['s3://', 'bucket', '/', 'key', `/resolvers/${name}`]] });
/** As the CDK writes it: the hash of the generated template. */
const ASSET = `s3://assets/${'a'.repeat(64)}.vtl`;

function resource(Type, Properties) {
  return { Type, Properties };
}

/** `createBook` with a generated function, two of the user's own before the data, and `hello` on an HTTP data source. */
function resolvers({ api, generated, own, table }) {
  const ApiId = get(api, 'ApiId');
  const step = (Name, templates, DataSourceName = 'NONE_DS') =>
    resource('AWS::AppSync::FunctionConfiguration', { ApiId, Name, DataSourceName, ...templates });
  const plain = { ResponseMappingTemplate: '$util.toJson({})' };
  return {
    None: resource('AWS::AppSync::DataSource', { ApiId, Name: 'NONE_DS', Type: 'NONE' }),
    Http: resource('AWS::AppSync::DataSource', {
      ApiId,
      Name: 'Hello',
      Type: 'HTTP',
      HttpConfig: { Endpoint: 'https://hello.example.com' },
    }),
    Books: resource('AWS::AppSync::DataSource', {
      ApiId,
      Name: 'BookTable',
      Type: 'AMAZON_DYNAMODB',
      DynamoDBConfig: { TableName: table, AwsRegion: { Ref: 'AWS::Region' } },
    }),
    Auth: step('MutationcreateBookauth0Function', { ...generated, ...plain }),
    First: step('MutationcreateBookpreUpdate0Function', {
      ...own('RequestMappingTemplate', 'Mutation.createBook.preUpdate.1.req.vtl'),
      ...plain,
    }),
    Second: step('MutationcreateBookpreUpdate1Function', {
      ...own('RequestMappingTemplate', 'Mutation.createBook.preUpdate.2.req.vtl'),
      ...plain,
    }),
    Data: step('MutationCreateBookDataResolverFn', { ...generated, ...plain }, get('Books', 'Name')),
    Create: resource('AWS::AppSync::Resolver', {
      ApiId,
      TypeName: 'Mutation',
      FieldName: 'createBook',
      Kind: 'PIPELINE',
      RequestMappingTemplate: '$util.qr($ctx.stash.put("typeName", "Mutation"))\n$util.toJson({})',
      ResponseMappingTemplate: '$util.toJson($ctx.prev.result)',
      PipelineConfig: { Functions: ['Auth', 'First', 'Second', 'Data'].map((name) => get(name, 'FunctionId')) },
    }),
    HelloField: resource('AWS::AppSync::Resolver', {
      ApiId,
      TypeName: 'Query',
      FieldName: 'hello',
      DataSourceName: get('Http', 'Name'),
      ...own('RequestMappingTemplate', 'Query.hello.req.vtl'),
      ResponseMappingTemplate: '$util.toJson($ctx.result)',
    }),
  };
}

function compare(change = () => {}) {
  const { gen1, gen2, pairing } = evaluatedShelf((templates) => {
    Object.assign(
      templates.gen1.apishelf.Resources,
      resolvers({
        api: 'GraphQLAPI',
        generated: { RequestMappingTemplateS3Location: gen1File('Mutation.createBook.auth.1.req.vtl') },
        own: (property, name) => ({ [`${property}S3Location`]: gen1File(name) }),
        table: 'Book-abcdefghij-dev',
      }),
    );
    Object.assign(
      templates.gen2.data7552DF31.Resources,
      resolvers({
        api: 'Api',
        generated: { RequestMappingTemplateS3Location: ASSET },
        own: (property, name) => ({ [property]: OWN[name] }),
        table: 'Book-abcdefghij-dev',
      }),
    );
    change(templates.gen2.data7552DF31.Resources, templates.gen1.apishelf.Resources);
  });
  assert.deepEqual([gen1.problems, gen2.problems], [[], []]);
  const texts = {
    own: new Map(Object.entries(OWN)),
    asset: (location) => (location === ASSET ? GENERATED : undefined),
  };
  return compareResolvers(pairing, gen1, gen2, texts);
}

const red = (result) => result.differences.filter((one) => !one.allowed).map((one) => `${one.field} ${one.path}`);

test('equal resolvers are green, and every template of the user counts', () => {
  const result = compare();
  assert.deepEqual(red(result), []);
  assert.equal(result.ok, true);
  assert.deepEqual(result.compared, ['Mutation.createBook', 'Query.hello']);
  assert.equal(result.own, 3);
});

const functionsOf = ({ Create }) => Create.Properties.PipelineConfig.Functions;

test('a rule that Gen 2 writes out is allowed, a template of somebody in its place is not', () => {
  const withoutRule = (gen1) => functionsOf(gen1).shift();
  assert.deepEqual(red(compare((_, gen1) => withoutRule(gen1))), []);
  const result = compare(({ Auth: { Properties: properties } }, gen1) => {
    withoutRule(gen1);
    delete properties.RequestMappingTemplateS3Location;
    properties.RequestMappingTemplate = OWN['Query.hello.req.vtl'];
  });
  assert.deepEqual(red(result), ['Mutation.createBook Functions.auth 0.Request']);
});

for (const [title, change, expected] of [
  ['a resolver that is missing', (gen2) => delete gen2.HelloField, /^Query\.hello Sources$/],
  ['a resolver that nobody had', (gen2) => (gen2.HelloField.Properties.FieldName = 'other'), /^Query\.other Sources$/],
  ['a function that is missing', (gen2) => functionsOf(gen2).splice(1, 1), /Functions\.preUpdate 1\.Request$/],
  [
    'functions in another order',
    (gen2) => functionsOf(gen2).splice(1, 2, ...functionsOf(gen2).slice(1, 3).reverse()),
    /Functions\.preUpdate 0\.Request$/,
  ],
  [
    'a function behind the data',
    (gen2) => functionsOf(gen2).push(functionsOf(gen2).splice(2, 1)[0]),
    /^Mutation\.createBook Order$/,
  ],
  [
    'a template with one character more',
    (gen2) => (gen2.First.Properties.RequestMappingTemplate += ' '),
    /^Mutation\.createBook Functions\.preUpdate 0\.Request$/,
  ],
  [
    'a template that stays the generated one',
    ({ Second: { Properties: properties } }) => {
      delete properties.RequestMappingTemplate;
      properties.RequestMappingTemplateS3Location = ASSET;
    },
    /Functions\.preUpdate 1\.Request$/,
  ],
  [
    'a template of the user in the place of a generated one',
    ({ Auth: { Properties: properties } }) => {
      delete properties.RequestMappingTemplateS3Location;
      properties.RequestMappingTemplate = OWN['Query.hello.req.vtl'];
    },
    /Functions\.auth 0\.Request$/,
  ],
  [
    'an asset that is not there',
    (gen2) => (gen2.Data.Properties.RequestMappingTemplateS3Location = 's3://assets/lost.vtl'),
    /Functions\.data 0\.Request$/,
  ],
  [
    'another endpoint',
    (gen2) => (gen2.Http.Properties.HttpConfig.Endpoint = 'https://hello.example.org'),
    /^Query\.hello Source\.HttpConfig\.Endpoint$/,
  ],
  [
    'another table',
    (gen2) => (gen2.Books.Properties.DynamoDBConfig.TableName = 'Book-other'),
    /Functions\.data 0\.Source\.DynamoDBConfig\.Table$/,
  ],
  [
    'a data source of another kind',
    (gen2) => (gen2.Data.Properties.DataSourceName = 'NONE_DS'),
    /Functions\.data 0\.Source\.Type$/,
  ],
  ['a batch size', (gen2) => (gen2.Data.Properties.MaxBatchSize = 5), /Functions\.data 0\.MaxBatchSize$/],
  [
    'caching that is lost',
    (_, gen1) => (gen1.Create.Properties.CachingConfig = { Ttl: 60 }),
    /^Mutation\.createBook CachingConfig\.Ttl$/,
  ],
])
  test(`${title} is red`, () => {
    const result = compare(change);
    assert.equal(result.ok, false);
    assert.ok(
      red(result).some((one) => expected.test(one)),
      red(result).join('\n'),
    );
  });
