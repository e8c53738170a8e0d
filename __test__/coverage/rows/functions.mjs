/** Functions, layers, storage and Kinesis. */
import assert from 'node:assert/strict';

/** @typedef {import('../row.mjs').Stacks} Stacks */
/** @typedef {import('../row.mjs').Found} Found */

/** A function of the function category, in either generation. @param {Stacks} stacks @param {string} name */
const lambda = (stacks, name) =>
  stacks.find(
    'AWS::Lambda::Function',
    ({ logicalId, stack }) =>
      (logicalId === 'LambdaFunction' && stack.endsWith(`/function${name}`)) ||
      new RegExp(`^${name}(lambda)?[0-9A-F]{8}$`).test(logicalId),
  );

/** @param {Stacks} stacks @param {string} name */
const variables = (stacks, name) => lambda(stacks, name).properties.Environment?.Variables ?? {};

/** Statements of a function's role. @param {Stacks} stacks @param {string} name @returns {any[]} */
function statements(stacks, name) {
  const ofRole = (/** @type {Found} */ { stack, logicalId, properties }) =>
    stack.endsWith(`/function${name}`) ||
    new RegExp(`^${name}(lambda)?ServiceRole`).test(logicalId) ||
    JSON.stringify(properties.Roles ?? '').match(new RegExp(`/${name}(lambda)?ServiceRole`)) !== null;
  const lists = stacks
    .all('AWS::IAM::Policy')
    .filter(ofRole)
    .map(({ properties }) => properties.PolicyDocument.Statement);
  const inline = stacks
    .all('AWS::IAM::Role')
    .filter(({ stack }) => stack.endsWith(`/function${name}`))
    .flatMap(({ properties }) =>
      (properties.Policies ?? []).map((/** @type {any} */ one) => one.PolicyDocument.Statement),
    );
  return [...lists, ...inline].flat();
}

/** @param {unknown} value */
const list = (value) => (Array.isArray(value) ? value : [value]);

/** The statement with an action. @param {Stacks} stacks @param {string} name @param {string} action */
function allowing(stacks, name, action) {
  const found = statements(stacks, name).filter((one) => list(one.Action).includes(action));
  assert.ok(found.length > 0, `function ${name} has a statement with ${action}`);
  return found;
}

/** @param {unknown} value @param {RegExp} expected */
const mentions = (value, expected) => assert.match(JSON.stringify(value) ?? '', expected);

/** What a role of users may do with objects. @param {Stacks} stacks @param {RegExp} role @param {string} action */
const objectsOf = (stacks, role, action) =>
  stacks
    .all('AWS::IAM::Policy')
    .filter(({ properties }) => role.test(JSON.stringify(properties.Roles ?? '')))
    .flatMap(({ properties }) => properties.PolicyDocument.Statement)
    .filter((/** @type {any} */ one) => one.Effect === 'Allow' && list(one.Action).includes(action))
    .flatMap((/** @type {any} */ one) => list(one.Resource))
    .map((/** @type {unknown} */ resource) => JSON.stringify(resource));

/** @param {Stacks} stacks @param {string} name */
const table = (stacks, name) =>
  stacks.find(
    'AWS::DynamoDB::Table',
    ({ logicalId, stack }) => stack.endsWith(`/storage${name}`) || new RegExp(`^${name}[0-9A-F]{8}$`).test(logicalId),
  ).properties;

/** @param {Stacks} stacks */
const bucket = (stacks) =>
  stacks.find('AWS::S3::Bucket', ({ stack, logicalId }) => /storage/.test(stack) && /S3Bucket|Bucket/.test(logicalId))
    .properties;

/** @param {Stacks} stacks */
const notifications = (stacks) => bucket(stacks).NotificationConfiguration?.LambdaConfigurations ?? [];

/** @param {Stacks} stacks @param {string} name */
const stream = (stacks, name) => stacks.find('AWS::Kinesis::Stream', ({ stack }) => stack.includes(name)).properties;

/** @param {Stacks} stacks @param {string} name */
const eventSource = (stacks, name) =>
  stacks.find('AWS::Lambda::EventSourceMapping', ({ properties }) =>
    new RegExp(`/function${name}/|/${name}(lambda)?[0-9A-F]{8}`).test(JSON.stringify(properties.FunctionName)),
  ).properties;

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'storage-bucket',
    page: 'Storage: Ability to provision S3 bucket',
    gen2: 'defineStorage, all further properties of the L1 bucket, retained, its name after the refactor',
    app: 'workshop',
    check({ gen1, gen2, after }) {
      const [was, now] = [bucket(gen1), bucket(gen2)];
      for (const name of [
        'VersioningConfiguration',
        'BucketEncryption',
        'LifecycleConfiguration',
        'CorsConfiguration',
        'AccelerateConfiguration',
      ]) {
        assert.ok(was[name], name);
        assert.deepEqual(now[name], was[name], name);
      }
      assert.equal(bucket(after).BucketName, was.BucketName);
    },
    change: {
      file: 'src/generate/storage/bucket.rs',
      from: 'if NOT_SET.contains(&property.as_str()) || built_in.get(property) == Some(value) {',
      to: 'if NOT_SET.contains(&property.as_str()) || built_in.contains_key(property) {',
    },
  },
  {
    id: 'storage-auth-and-guest',
    page: 'Storage: Auth and Guest access',
    gen2: "access: allow.guest, allow.authenticated, allow.entity('identity') on public/, protected/, private/",
    app: 'workshop',
    check({ gen1, gen2 }) {
      const all = (/** @type {Stacks} */ stacks, /** @type {RegExp} */ role) =>
        objectsOf(stacks, role, 's3:GetObject').join();
      assert.match(all(gen1, /UnauthRole|unauthRole/), /public/);
      assert.match(all(gen2, /unauthenticated/i), /public/);
      assert.match(all(gen2, /[^n]authenticated/), /private\/\$\{cognito-identity/);
    },
    change: {
      file: 'src/generate/storage/access.rs',
      from: 'Subject::Guest => allow.member("guest"),',
      to: 'Subject::Guest => allow.member("authenticated"),',
    },
  },
  {
    id: 'storage-auth-crud',
    page: 'Storage: Auth - Configure CRUD access',
    gen2: 'the very actions of Gen 1: here no deletion for signed-in users',
    app: 'workshop',
    check({ gen1, gen2 }) {
      assert.equal(objectsOf(gen1, /AuthRole|authRole/, 's3:DeleteObject').length, 0);
      assert.ok(objectsOf(gen2, /[^n]authenticated/, 's3:PutObject').length > 0);
      assert.equal(objectsOf(gen2, /[^n]authenticated/, 's3:DeleteObject').length, 0);
    },
    change: {
      file: 'src/generate/storage/access.rs',
      from: 'Action::Write => names.push("write"),',
      to: 'Action::Write => names.extend(["write", "delete"]),',
    },
  },
  {
    id: 'storage-groups',
    page: 'Storage: Configure Cognito Group CRUD access',
    gen2: 'policies of the group roles on the whole bucket',
    app: 'workshop',
    check({ gen1, gen2 }) {
      assert.ok(gen1.all('AWS::Cognito::UserPoolGroup').length === 2);
      assert.ok(objectsOf(gen2, /Masters/, 's3:DeleteObject').some((resource) => /⟧\/\*/.test(resource)));
      assert.ok(objectsOf(gen2, /Apprentices/, 's3:GetObject').length > 0);
      assert.equal(objectsOf(gen2, /Apprentices/, 's3:DeleteObject').length, 0);
    },
    change: {
      file: 'src/generate/storage/access.rs',
      from: '|grant| access.remaining.iter().any(|remaining| std::ptr::eq(*remaining, grant)),',
      to: '|grant| access.remaining.iter().all(|remaining| std::ptr::eq(*remaining, grant)),',
    },
  },
  {
    id: 'storage-guest-crud',
    page: 'Storage: Guest - Configure CRUD access',
    gen2: "allow.guest.to(['read'])",
    app: 'workshop',
    check({ gen1, gen2, files }) {
      assert.ok(objectsOf(gen1, /UnauthRole|unauthRole/, 's3:GetObject').length > 0);
      assert.equal(objectsOf(gen2, /unauthenticated/i, 's3:PutObject').length, 0);
      assert.match(files['amplify/storage/resource.ts'], /allow\.guest\.to\(\['read'\]\)/);
    },
    change: {
      file: 'src/generate/storage/access.rs',
      from: 'names.push("read");',
      to: 'names.extend(["read", "write"]);',
    },
  },
  {
    id: 'storage-lambda-trigger',
    page: 'Storage: Lambda trigger for S3 bucket',
    gen2: 'triggers of defineStorage',
    app: 'gallery',
    check({ gen1, gen2 }) {
      assert.ok(notifications(gen1).length > 0);
      assert.deepEqual(
        notifications(gen2)
          .map(({ Event }) => Event)
          .sort(),
        notifications(gen1)
          .map(({ Event }) => Event)
          .sort(),
      );
    },
    change: {
      file: 'src/generate/wiring/notification.rs',
      from: 'Self::Delete => "onDelete",',
      to: 'Self::Delete => "onUpload",',
    },
  },
  {
    id: 'storage-several-triggers',
    page: 'Storage: S3 Lambda triggers',
    gen2: 'addEventNotification with prefix and suffix, several functions for one event',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const filters = (/** @type {Stacks} */ stacks) =>
        notifications(stacks)
          .map((/** @type {any} */ { Event, Filter }) => {
            const rules = Filter?.S3Key?.Rules ?? Filter?.Key?.FilterRules ?? [];
            return [
              Event ?? '',
              ...rules.map((/** @type {any} */ { Name, Value }) => `${Name.toLowerCase()}=${Value}`).sort(),
            ].join(' ');
          })
          .sort();
      assert.ok(filters(gen1).includes('s3:ObjectCreated:* prefix=public/in/ suffix=.png'));
      assert.deepEqual(filters(gen2), filters(gen1));
    },
    change: {
      file: 'src/generate/wiring/notification.rs',
      from: '[("prefix", prefix), ("suffix", suffix)]',
      to: '[("prefix", prefix), ("suffix", prefix)]',
    },
  },
  {
    id: 'storage-import',
    page: 'Storage: Import a single S3 bucket',
    gen2: 'addOutput({ storage }), rights of users and functions on the bucket by its name',
    test: {
      file: 'src/generate/tests/storage.rs',
      name: 'imported_buckets_are_named_and_functions_keep_their_rights_on_them',
    },
    change: {
      file: 'src/generate/storage/imported.rs',
      from: 'output.push(("bucket_name", Code::text(*default)));',
      to: '',
    },
  },
  {
    id: 'storage-override',
    page: 'Storage: Override Storage',
    gen2: 'what override.ts did to bucket and tables, as properties of the L1 constructs',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const [was, now] = [bucket(gen1), bucket(gen2)];
      assert.equal(was.PublicAccessBlockConfiguration.BlockPublicAcls, true);
      assert.deepEqual(now.PublicAccessBlockConfiguration, was.PublicAccessBlockConfiguration);
      assert.ok(
        now.Tags.some((/** @type {any} */ { Key, Value }) => Key === 'cost-centre' && Value === "drawings & 'plans'"),
      );
      assert.equal(table(gen1, 'journal').TableClass, 'STANDARD_INFREQUENT_ACCESS');
      assert.equal(table(gen2, 'journal').TableClass, 'STANDARD_INFREQUENT_ACCESS');
      assert.deepEqual(table(gen2, 'journal').SSESpecification, table(gen1, 'journal').SSESpecification);
    },
    change: {
      file: 'src/generate/tags.rs',
      from: 'of.method("add", vec![key, value])',
      to: 'of.method("add", vec![key.clone(), key])',
    },
  },
  {
    id: 'storage-table',
    page: 'Storage: NoSQL Database',
    gen2: 'Table with capacity, TTL, PITR, stream, deletion protection; retained, its name after the refactor',
    app: 'workshop',
    check({ gen1, gen2, after }) {
      const [was, now] = [table(gen1, 'inventory'), table(gen2, 'inventory')];
      for (const name of [
        'KeySchema',
        'ProvisionedThroughput',
        'TimeToLiveSpecification',
        'PointInTimeRecoverySpecification',
        'StreamSpecification',
        'DeletionProtectionEnabled',
      ]) {
        assert.ok(was[name], name);
        assert.deepEqual(now[name], was[name], name);
      }
      assert.equal(table(after, 'inventory').TableName, was.TableName);
      assert.equal(table(gen2, 'journal').BillingMode, 'PAY_PER_REQUEST');
    },
    change: {
      file: 'src/generate/storage/tables.rs',
      from: '("timeToLiveAttribute", Code::text(attribute))',
      to: '("timeToLiveAttribute", Code::text(attribute.to_uppercase()))',
    },
  },
  {
    id: 'storage-table-indexes',
    page: 'Storage: NoSQL: Sort key, Global secondary indexes',
    gen2: 'addGlobalSecondaryIndex and addLocalSecondaryIndex with their own projection',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const sorted = (/** @type {any[]} */ indexes) =>
        indexes
          .map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection }))
          .sort((one, other) => (one.IndexName < other.IndexName ? -1 : 1));
      for (const kind of ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes']) {
        const was = table(gen1, 'inventory')[kind];
        assert.ok(was.length > 0, kind);
        assert.deepEqual(sorted(table(gen2, 'inventory')[kind]), sorted(was));
      }
    },
    change: {
      file: 'src/generate/storage/tables.rs',
      from: 'if !index.non_key_attributes.is_empty() {',
      to: 'if index.non_key_attributes.is_empty() {',
    },
  },
  {
    id: 'storage-table-trigger',
    page: 'Storage: NoSQL: Lambda Trigger',
    gen2: 'CfnEventSourceMapping with every setting, rights on the stream',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const settings = (/** @type {Stacks} */ stacks) => {
        const { FunctionName, EventSourceArn, Enabled, Tags, ...others } = eventSource(stacks, 'stock');
        mentions(EventSourceArn, /inventory/);
        return others;
      };
      assert.equal(settings(gen1).TumblingWindowInSeconds, 60);
      assert.deepEqual(settings(gen2), settings(gen1));
    },
    change: {
      file: 'src/generate/wiring/event_source.rs',
      from: 'properties.push(("startingPosition".to_owned(), Code::text(position)));',
      to: 'properties.push(("startingPosition".to_owned(), Code::text(position.replace("TRIM_HORIZON", "LATEST"))));',
    },
  },
  {
    id: 'storage-imported-table',
    page: 'Issue: imported tables',
    gen2: 'Table.fromTableAttributes with name and stream',
    app: 'workshop',
    check({ gen2, files }) {
      assert.match(files['amplify/storage/tables.ts'], /fromTableAttributes\(stack, 'companycatalog'/);
      assert.equal(variables(gen2, 'stock').STORAGE_COMPANYCATALOG_NAME, 'company-catalog');
      mentions(allowing(gen2, 'stock', 'dynamodb:Scan'), /company-catalog/);
      assert.equal(
        gen2.all('AWS::DynamoDB::Table').filter(({ properties }) => properties.TableName === 'company-catalog').length,
        0,
      );
    },
    change: {
      file: 'src/backend/interpret/tables.rs',
      from: 'text("Name", "tableName")',
      to: 'text("TableName", "table")',
    },
  },
  {
    id: 'function-node',
    page: 'Functions: Function runtime: NodeJS',
    gen2: 'defineFunction with handler.ts that loads the Gen 1 sources as they are: CommonJS, ES modules, TypeScript',
    app: 'workshop',
    check({ gen1, gen2, files }) {
      assert.equal(lambda(gen1, 'intake').properties.Runtime, 'nodejs22.x');
      assert.equal(lambda(gen2, 'intake').properties.Runtime, 'nodejs22.x');
      assert.equal(lambda(gen1, 'resizer').properties.Handler, 'lib/app.run');
      assert.match(
        files['amplify/function/resizer/handler.ts'],
        /export \{ run as handler \} from '.\/src\/lib\/app.mjs'/,
      );
      assert.match(files['amplify/function/intake/handler.ts'], /import source from '.\/src\/index.js'/);
      assert.match(files['amplify/function/ledger/src/index.ts'], /interface LedgerEvent/);
      assert.equal(lambda(gen1, 'legacy').properties.Runtime, 'nodejs16.x');
      assert.equal(lambda(gen2, 'legacy').properties.Runtime, 'nodejs22.x');
    },
    change: {
      file: 'src/generate/function/definition.rs',
      from: 'const CURRENT_RUNTIME: u32 = 22;',
      to: 'const CURRENT_RUNTIME: u32 = 20;',
    },
  },
  {
    id: 'function-node-as-package',
    page: 'Functions: Function runtime: JavaScript',
    gen2: 'lambda.Function with the sources and packages of Gen 1, where a bundle would lack files or modules',
    app: 'workshop',
    check({ gen1, gen2, files }) {
      assert.ok(lambda(gen1, 'resize'));
      assert.match(files['amplify/function/resize/resource.ts'], /code: nodeCode\(/);
      assert.ok(files['amplify/function/resize/source/src/templates/frame.svg']);
      assert.equal(lambda(gen2, 'resize').properties.Handler, 'index.handler');
      assert.match(files['amplify/function/legacy/source/src/package.json'], /"uuid": "\^3.4.0"/);
    },
    change: {
      file: 'src/generate/function/mod.rs',
      from: 'let is_bundled = function.language() == Language::Node && kept.is_none();',
      to: 'let is_bundled = function.language() == Language::Node;',
    },
  },
  {
    id: 'function-dotnet',
    page: 'Functions: Function runtime: .NET 6',
    gen2: 'lambda.Function built by dotnet, on dotnet8',
    test: { file: 'src/generate/tests/languages.rs', name: 'go_java_and_dotnet' },
    change: {
      file: 'src/generate/function/provided.rs',
      from: '("dotnet6", "dotnet8"),',
      to: '("dotnet6", "dotnet6"),',
    },
  },
  {
    id: 'function-go',
    page: 'Functions: Function runtime: Go',
    gen2: 'lambda.Function built by go, on provided.al2023',
    test: { file: 'src/generate/tests/languages.rs', name: 'go_java_and_dotnet' },
    change: {
      file: 'src/generate/function/provided.rs',
      from: 'Language::Go => "bootstrap",',
      to: 'Language::Go => "main",',
    },
  },
  {
    id: 'function-java',
    page: 'Functions: Function runtime: Java',
    gen2: 'lambda.Function built by Gradle',
    test: { file: 'src/generate/tests/languages.rs', name: 'go_java_and_dotnet' },
    change: {
      file: 'src/generate/function/provided.rs',
      from: 'build("java", "javaCode", vec![directory, runtime])',
      to: 'build("java", "javaCode", vec![directory])',
    },
  },
  {
    id: 'function-python',
    page: 'Functions: Function runtime: Python',
    gen2: 'lambda.Function with the packages of its Pipfile, on a runtime that Lambda still makes functions for',
    app: 'workshop',
    check({ gen1, gen2, files }) {
      assert.equal(lambda(gen1, 'scribe').properties.Runtime, 'python3.8');
      const { Runtime, Handler } = lambda(gen2, 'scribe').properties;
      assert.deepEqual([Runtime, Handler], ['python3.12', 'index.handler']);
      assert.match(files['amplify/function/scribe/source/src/index.py'], /def handler/);
    },
    change: {
      file: 'src/generate/function/provided.rs',
      from: '("python3.8", "python3.12"),',
      to: '("python3.8", "python3.8"),',
    },
  },
  {
    id: 'function-access-auth',
    page: 'Functions: Function resource access permissions: auth',
    gen2: 'addToRolePolicy with the actions of Gen 1 on the user pool',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const was = allowing(gen1, 'profile', 'cognito-idp:AdminGetUser')[0];
      const now = allowing(gen2, 'profile', 'cognito-idp:AdminGetUser')[0];
      assert.deepEqual(now.Action, was.Action);
      mentions(now.Resource, /"arn:aws:cognito-idp:[^"]*:userpool\/[^"]*UserPool/);
    },
    change: {
      file: 'src/generate/reference.rs',
      from: 'Attribute::Arn => Some(auth().path(&["userPool", "userPoolArn"])),',
      to: 'Attribute::Arn => Some(auth().path(&["userPoolClient", "userPoolClientId"])),',
    },
  },
  {
    id: 'function-access-function',
    page: 'Functions: Function resource access permissions: function',
    gen2: 'addToRolePolicy on the other function, FUNCTION_X_NAME of Gen 2',
    app: 'workshop',
    check({ gen1, gen2 }) {
      mentions(allowing(gen1, 'profile', 'lambda:Invoke*'), /ledger/);
      mentions(allowing(gen2, 'profile', 'lambda:Invoke*'), /"arn:aws:lambda:[^"]*:function:[^"]*ledgerlambda/);
      mentions(variables(gen2, 'profile').FUNCTION_LEDGER_NAME, /ledgerlambda/);
    },
    change: {
      file: 'src/generate/reference.rs',
      from: 'Attribute::Arn => Some(self.lambda(name).member("functionArn")),',
      to: 'Attribute::Arn => Some(self.lambda(name).member("functionName")),',
    },
  },
  {
    id: 'function-access-api',
    page: 'Functions: Function resource access permissions: API',
    gen2: 'appsync:GraphQL on types/Query, types/Mutation and types/Subscription of the new API',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const types = (/** @type {Stacks} */ stacks) =>
        list(allowing(stacks, 'profile', 'appsync:GraphQL')[0].Resource)
          .map((resource) => /types\/\w+/.exec(JSON.stringify(resource))?.[0])
          .sort();
      assert.deepEqual(types(gen1), ['types/Mutation', 'types/Query', 'types/Subscription']);
      assert.deepEqual(types(gen2), types(gen1));
      mentions(allowing(gen2, 'profile', 'appsync:GraphQL')[0].Resource, /GraphQLAPI/);
    },
    change: {
      file: 'src/generate/wiring/policy.rs',
      from: '        let item = referrer.expression(value)?;\n        if !items.contains(&item) {',
      to: '        let item = referrer.expression(value)?;\n        if items.is_empty() {',
    },
  },
  {
    id: 'function-access-crud',
    page: 'Functions: Function resource access permissions CRUD operations',
    gen2: 'each statement of Gen 1 with its own actions and resources',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const writers = (/** @type {Stacks} */ stacks) =>
        allowing(stacks, 'ledger', 'dynamodb:Put*')
          .map((one) => JSON.stringify(one.Resource))
          .join();
      assert.match(writers(gen1), /journal/);
      assert.doesNotMatch(writers(gen1), /inventory/);
      assert.match(writers(gen2), /journal/);
      assert.doesNotMatch(writers(gen2), /inventory/);
    },
    change: {
      file: 'src/generate/wiring/policy.rs',
      from: 'properties.push((name, Code::texts(without_repetition(actions))));',
      to: 'properties.push((name, Code::texts([without_repetition(actions), vec!["dynamodb:Put*"]].concat())));',
    },
  },
  {
    id: 'function-access-geo',
    page: 'Functions: Function resource access permissions: geo',
    gen2: 'addToRolePolicy on the ARN of map, index or collection',
    test: { file: 'src/generate/tests/geo.rs', name: 'a_function_refers_to_the_new_resource' },
    change: {
      file: 'src/generate/reference.rs',
      from: 'GeoKind::Map { .. } => "attrMapArn",',
      to: 'GeoKind::Map { .. } => "attrArn",',
    },
  },
  {
    id: 'function-access-analytics',
    page: 'Functions: Function resource access permissions: analytics',
    gen2: 'addToRolePolicy on the stream, ANALYTICS_X_KINESISSTREAMARN of Gen 2',
    app: 'workshop',
    check({ gen1, gen2 }) {
      mentions(allowing(gen1, 'feed', 'kinesis:GetRecords'), /clicks/);
      const streams = allowing(gen2, 'feed', 'kinesis:GetRecords');
      mentions(streams, /"arn:aws:kinesis:[^"]*:stream\/[^"]*clicks/);
      mentions(streams, /"arn:aws:kinesis:[^"]*:stream\/[^"]*machines/);
      mentions(variables(gen2, 'feed').ANALYTICS_MACHINES_KINESISSTREAMARN, /machines/);
    },
    change: {
      file: 'src/generate/reference.rs',
      from: 'Attribute::Arn => Some(stream.member("attrArn")),',
      to: 'Attribute::Arn => Some(stream.member("ref")),',
    },
  },
  {
    id: 'function-environment',
    page: 'Functions: Environment variables',
    gen2: 'literals as they are, everything else as a reference to the Gen 2 resource',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const [was, now] = [variables(gen1, 'vault'), variables(gen2, 'vault')];
      for (const name of ['GREETING', 'EXIT', 'COMMENT', 'X', 'TIER', 'MODE', 'BUCKET'])
        assert.equal(now[name], was[name], name);
      assert.match(was.GREETING, /`hi` to \$\{name\}/);
      mentions(now.OWN_ROLE, /vaultlambdaServiceRole/);
      mentions(variables(gen2, 'stock').STORAGE_INVENTORY_STREAMARN, /inventory.*StreamArn/);
    },
    change: {
      file: 'src/cloudformation/evaluate/function.rs',
      from: 'mappings.get(map)?.get(first)?.get(second)',
      to: 'mappings.get(map)?.get(second)?.get(first)',
    },
  },
  {
    id: 'function-secrets',
    page: 'Functions: Secrets',
    gen2: 'secret(), or the path of its parameter where the code asks SSM, and a script that copies the values',
    app: 'workshop',
    check({ gen1, gen2, files }) {
      assert.match(variables(gen1, 'courier').CARRIER_TOKEN, /AMPLIFY_courier_CARRIER_TOKEN$/);
      const path = variables(gen2, 'courier').CARRIER_TOKEN;
      assert.match(path, /^\/amplify\/\w+\/main-branch-[0-9a-f]{10}\/CARRIER_TOKEN$/);
      mentions(allowing(gen2, 'courier', 'ssm:GetParameters'), new RegExp(`parameter${path}`));
      assert.match(
        files['amplify/copy-secrets.mjs'],
        /name: 'CARRIER_KEY',\n {4}from: '\/amplify\/d1workshop7q3z\/prod\/AMPLIFY_courier_CARRIER_KEY'/,
      );
    },
    change: {
      file: 'src/generate/function/wiring.rs',
      from: 'statements.extend(secret_permission(function, &referrer, &secrets));',
      to: 'let _ = secret_permission(function, &referrer, &secrets);',
    },
  },
  {
    id: 'function-cron',
    page: 'Functions: Cron jobs',
    gen2: 'Rule with the very expression of Gen 1, for each of them',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const schedules = (/** @type {Stacks} */ stacks) =>
        stacks
          .all('AWS::Events::Rule')
          .filter(({ properties }) => properties.ScheduleExpression && properties.ScheduleExpression !== 'NONE')
          .map(({ properties }) => `${properties.ScheduleExpression} ${properties.State ?? 'ENABLED'}`)
          .sort();
      assert.equal(schedules(gen1).length, 3);
      assert.deepEqual(schedules(gen2), schedules(gen1));
    },
    change: {
      file: 'src/generate/wiring/schedule.rs',
      from: '.method("expression", vec![Code::text(expression)]),',
      to: '.method("expression", vec![Code::text(expression.replace("MON-FRI", "*"))]),',
    },
  },
  {
    id: 'function-memory',
    page: 'Functions: Configure memory size',
    gen2: 'memoryMB and every other setting: time-out, storage, architecture, VPC, file system, dead letters, tracing',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const [was, now] = [lambda(gen1, 'keeper').properties, lambda(gen2, 'keeper').properties];
      assert.equal(was.MemorySize, 512);
      for (const name of [
        'MemorySize',
        'Timeout',
        'EphemeralStorage',
        'Architectures',
        'VpcConfig',
        'TracingConfig',
        'LoggingConfig',
        'Description',
      ])
        assert.deepEqual(now[name], was[name], name);
      assert.equal(Number(now.ReservedConcurrentExecutions), 2);
      mentions(now.DeadLetterConfig, /KeeperDeadLetters/);
      assert.equal(now.FileSystemConfigs.length, 1);
    },
    change: {
      file: 'src/generate/function/definition.rs',
      from: 'Code::number(function.memory_mb.unwrap_or(DEFAULT_MEMORY_MB)),',
      to: 'Code::number(DEFAULT_MEMORY_MB),',
    },
  },
  {
    id: 'function-layers',
    page: 'Functions: Lambda layers',
    gen2: 'LayerVersion for those of the project, external ARNs as they are, in the order of Gen 1',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const names = (/** @type {Stacks} */ stacks) =>
        lambda(stacks, 'courier').properties.Layers.map((/** @type {unknown} */ layer) =>
          /Powertools|Insights|toolbox|codes-of-another-team/i.exec(JSON.stringify(layer))?.[0].toLowerCase(),
        );
      assert.deepEqual(names(gen1), ['powertools', 'toolbox', 'insights', 'codes-of-another-team']);
      assert.deepEqual(names(gen2), names(gen1));
    },
    change: {
      file: 'src/generate/function/wiring.rs',
      from: 'Layer::External(arn) => arns.push(Code::text(arn)),',
      to: 'Layer::External(arn) => arns.insert(0, Code::text(arn)),',
    },
  },
  {
    id: 'function-custom-policies',
    page: 'Functions: Custom IAM policies',
    gen2: 'addToRolePolicy for each statement, ${env} as the environment',
    app: 'workshop',
    check({ gen1, gen2 }) {
      mentions(allowing(gen1, 'vault', 'ses:SendEmail'), /identity\/prod\.workshop\.example/);
      const [statement] = allowing(gen2, 'vault', 'ses:SendEmail');
      assert.equal(statement.Effect, 'Allow');
      mentions(statement.Resource, /identity\/(prod|main)\.workshop\.example/);
    },
    change: {
      file: 'src/backend/interpret/policies.rs',
      from: 'Some("Allow") | None => Effect::Allow,',
      to: 'Some("Allow") | None => Effect::Deny,',
    },
  },
  {
    id: 'function-template-hello-world',
    page: 'Functions: Function templates: Hello World',
    gen2: 'defineFunction around the sources of the template',
    app: 'workshop',
    check({ gen1, gen2, files }) {
      assert.ok(lambda(gen1, 'nightly'));
      assert.ok(lambda(gen2, 'nightly'));
      assert.match(files['amplify/function/nightly/src/package.json'], /"type": "commonjs"/);
    },
    change: {
      file: 'src/generate/function/sources.rs',
      from: 'ModuleFormat::CommonJs | ModuleFormat::NotNode => "commonjs",',
      to: 'ModuleFormat::CommonJs | ModuleFormat::NotNode => "module",',
    },
  },
  {
    id: 'function-template-crud',
    page: 'Functions: Function templates: CRUD for DynamoDB',
    gen2: 'name of the table as STORAGE_X_NAME, rights on it and on its indexes',
    app: 'workshop',
    check({ gen1, gen2 }) {
      assert.ok(variables(gen1, 'stock').STORAGE_INVENTORY_NAME);
      mentions(variables(gen2, 'stock').STORAGE_INVENTORY_NAME, /^"(?!arn:)[^"]*inventory/);
      const [statement] = allowing(gen2, 'stock', 'dynamodb:Update*');
      assert.deepEqual(statement.Action, allowing(gen1, 'stock', 'dynamodb:Update*')[0].Action);
      mentions(statement.Resource, /inventory.*index\/\*/);
    },
    change: {
      file: 'src/generate/reference.rs',
      from: 'Attribute::Name => Some(table.member("tableName")),',
      to: 'Attribute::Name => Some(table.member("tableArn")),',
    },
  },
  {
    id: 'function-template-express',
    page: 'Functions: Function templates: Serverless express',
    gen2: 'defineFunction around the sources, their packages in the root package.json',
    app: 'depot',
    check({ gen1, gen2, files }) {
      const name = 'AdminQueries1a620506';
      assert.ok(lambda(gen1, name));
      assert.ok(lambda(gen2, name));
      assert.match(files[`amplify/function/${name}/src/index.js`], /awsServerlessExpress|aws-serverless-express/i);
      const { dependencies } = JSON.parse(files['package.json']);
      assert.match(dependencies.express, /^[\^~]?4/);
    },
    change: {
      file: 'src/generate/function/packages.rs',
      from: 'range: requirements.shared_range(package).unwrap_or(range).to_owned(),',
      to: 'range: requirements.shared_range(range).unwrap_or("*").to_owned(),',
    },
  },
  {
    id: 'function-template-lambda-trigger',
    page: 'Functions: Function templates: Lambda trigger',
    gen2: 'CfnEventSourceMapping on streams of models, tables and Kinesis, on queues and any other ARN',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const was = eventSource(gen1, 'intake');
      const now = eventSource(gen2, 'intake');
      assert.deepEqual(now.ScalingConfig, was.ScalingConfig);
      assert.deepEqual(now.FilterCriteria, was.FilterCriteria);
      mentions(now.EventSourceArn, /IntakeQueue/);
      const failures = gen2
        .all('AWS::Lambda::EventSourceMapping')
        .flatMap(({ properties }) => properties.DestinationConfig ?? []);
      mentions(failures, /FeedFailures/);
    },
    change: {
      file: 'src/generate/wiring/event_source.rs',
      from: 'for (key, value) in others {',
      to: 'for (key, value) in others.iter().take(0) {',
    },
  },
  {
    id: 'function-additions',
    page: 'Issue: resources in the templates of functions',
    gen2: 'CfnInclude beside the function: queue, alarm, URL, event invoke config, version, alias',
    app: 'workshop',
    check({ gen1, gen2 }) {
      for (const type of [
        'AWS::Lambda::Url',
        'AWS::Lambda::EventInvokeConfig',
        'AWS::CloudWatch::Alarm',
        'AWS::Lambda::Alias',
        'AWS::Lambda::Version',
      ]) {
        const settings = (/** @type {Found} */ found) =>
          Object.keys(found.properties)
            .filter((name) => name !== 'Tags')
            .sort();
        const was = settings(gen1.only(type));
        const now = gen2.all(type).filter(({ logicalId }) => /Resources/.test(logicalId));
        assert.equal(now.length, 1, type);
        assert.deepEqual(settings(now[0]), was, type);
      }
      const queue = gen2.find('AWS::SQS::Queue', ({ logicalId }) => /IntakeQueue/.test(logicalId));
      assert.equal(queue.properties.QueueName, 'workshop-intake-main');
      assert.equal(queue.resource.DeletionPolicy, 'Retain');
    },
    change: {
      file: 'src/backend/interpret/residue.rs',
      from: 'const EXTENDED: [&str; 4] = ["Lambda",',
      to: 'const EXTENDED: [&str; 4] = ["None",',
    },
  },
  {
    id: 'analytics-kinesis',
    page: 'Other categories: Analytics',
    gen2: 'CfnStream with shards, retention, encryption and mode; rights of users; its name after the refactor',
    app: 'workshop',
    check({ gen1, gen2, after }) {
      const [was, now] = [stream(gen1, 'clicks'), stream(gen2, 'clicks')];
      assert.equal(Number(was.RetentionPeriodHours), 48);
      assert.equal(Number(now.RetentionPeriodHours), 48);
      assert.deepEqual(now.StreamEncryption, was.StreamEncryption);
      assert.deepEqual(stream(gen2, 'machines').StreamModeDetails, { StreamMode: 'ON_DEMAND' });
      assert.equal(stream(after, 'clicks').Name, was.Name);
    },
    change: {
      file: 'src/generate/analytics/mod.rs',
      from: 'properties.push(("retentionPeriodHours".to_owned(), Code::number(hours)));',
      to: 'properties.push(("retentionPeriodHours".to_owned(), Code::number(hours / 2)));',
    },
  },
  {
    id: 'defect-9',
    page: 'Defect 9',
    gen2: 'one file and one constant for each Kinesis stream',
    app: 'workshop',
    check({ gen1, gen2, files }) {
      assert.equal(gen1.all('AWS::Kinesis::Stream').length, 2);
      assert.equal(gen2.all('AWS::Kinesis::Stream').length, 2);
      assert.ok(files['amplify/analytics/clicks.ts'] && files['amplify/analytics/machines.ts']);
    },
    change: {
      file: 'src/generate/analytics/mod.rs',
      from: 'for stream in &context.backend.streams {',
      to: 'for stream in context.backend.streams.iter().take(1) {',
    },
  },
  {
    id: 'defect-10',
    page: 'Defect 10',
    gen2: 'functions get the stream as a parameter of their wiring',
    test: {
      file: 'src/generate/tests/storage.rs',
      name: 'streams_without_users_have_no_policies_of_users_and_functions_use_them',
    },
    change: {
      file: 'src/generate/reference.rs',
      from: 'self.handles.insert(Handle::Stream(name.clone()));\n                match',
      to: 'match',
    },
  },
  {
    id: 'defect-11',
    page: 'Defect 11',
    gen2: 'a stream without auth has no policies of users',
    test: {
      file: 'src/generate/tests/storage.rs',
      name: 'streams_without_users_have_no_policies_of_users_and_functions_use_them',
    },
    change: {
      file: 'src/generate/analytics/mod.rs',
      from: 'Code::name("backend").method("createStack", vec![Code::text(stream_stack(&name.file))]),',
      to: 'Code::name("backend").member("auth").member("stack"),',
    },
  },
  {
    id: 'defect-13',
    page: 'Defect 13',
    gen2: "allow.entity('identity') for what is a user's own: nobody else reads protected or private files of others more than in Gen 1",
    app: 'workshop',
    check({ gen1, gen2 }) {
      assert.ok(
        objectsOf(gen1, /AuthRole|authRole/, 's3:PutObject').some((resource) =>
          /private\/\$\{cognito-identity/.test(resource),
        ),
      );
      for (const action of ['s3:GetObject', 's3:PutObject']) {
        const own = objectsOf(gen2, /[^n]authenticated/, action).filter((resource) => /private\//.test(resource));
        assert.ok(own.length > 0);
        assert.ok(
          own.every((resource) => resource.includes('${cognito-identity.amazonaws.com:sub}')),
          action,
        );
      }
    },
    change: {
      file: 'src/generate/storage/access.rs',
      from: 'Subject::Owner => allow.method("entity", vec![Code::text("identity")]),',
      to: 'Subject::Owner => allow.member("authenticated"),',
    },
  },
  {
    id: 'defect-15',
    page: 'Defect 15',
    gen2: 'rights on each table by itself, never all actions on all tables',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const readers = (/** @type {Stacks} */ stacks, /** @type {RegExp} */ of) =>
        statements(stacks, 'ledger')
          .filter(
            (one) =>
              of.test(JSON.stringify(one.Resource)) && list(one.Action).some((action) => /^dynamodb:/.test(action)),
          )
          .flatMap((one) => list(one.Action))
          .sort();
      assert.ok(readers(gen1, /inventory/).length > 0);
      assert.deepEqual(readers(gen2, /inventory/), readers(gen1, /inventory/));
      assert.deepEqual(readers(gen2, /journal/), readers(gen1, /journal/));
    },
    change: {
      file: 'src/generate/function/wiring.rs',
      from: 'let resources = || grant.statement.resources.iter().chain(&grant.statement.not_resources);\n        match policy_statement(referrer, &grant.statement) {',
      to: 'let resources = || grant.statement.resources.iter().chain(&grant.statement.not_resources);\n        let mut wide = grant.statement.clone();\n        wide.actions.push("dynamodb:Put*".to_owned());\n        match policy_statement(referrer, &wide) {',
    },
  },
  {
    id: 'defect-16',
    page: 'Defect 16',
    gen2: 'Deny stays Deny, with NotAction and NotResource',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const denied = (/** @type {Stacks} */ stacks) =>
        statements(stacks, 'vault')
          .filter((one) => one.Effect === 'Deny')
          .map(({ Action, NotAction }) => [list(Action ?? []), list(NotAction ?? [])].flat(2).sort().join())
          .sort();
      assert.deepEqual(denied(gen1), ['kms:Decrypt', 's3:Get*,s3:List*', 'ses:DeleteIdentity']);
      assert.deepEqual(denied(gen2), denied(gen1));
    },
    change: {
      file: 'src/generate/wiring/policy.rs',
      from: 'if statement.effect == Effect::Deny {',
      to: 'if statement.effect == Effect::Deny && statement.not_actions.is_empty() {',
    },
  },
  {
    id: 'defect-17',
    page: 'Defect 17',
    gen2: "the model's name as the schema has it: tables.UserProfile",
    app: 'workshop',
    check({ gen1, gen2, files }) {
      assert.ok(variables(gen1, 'profile').API_WORKSHOP_USERPROFILETABLE_NAME);
      mentions(variables(gen2, 'profile').API_WORKSHOP_USERPROFILETABLE_NAME, /UserProfile/);
      assert.match(files['amplify/function/profile/wiring.ts'], /tables\.UserProfile\.tableName/);
    },
    change: {
      file: 'src/backend/interpret/expressions.rs',
      from: 'target: Target::ModelTable(self.index.model(model)),',
      to: 'target: Target::ModelTable(self.index.model(model).to_lowercase()),',
    },
  },
  {
    id: 'defect-22',
    page: 'Defect 22',
    gen2: 'a disabled schedule stays disabled, a second one is kept',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const disabled = (/** @type {Stacks} */ stacks) =>
        stacks
          .all('AWS::Events::Rule')
          .filter(({ properties }) => properties.State === 'DISABLED')
          .map(({ properties }) => properties.ScheduleExpression);
      assert.deepEqual(disabled(gen1), ['cron(0 3 L * ? *)']);
      assert.deepEqual(disabled(gen2), disabled(gen1));
    },
    change: {
      file: 'src/generate/wiring/schedule.rs',
      from: 'properties.push(("enabled", Code::Boolean(false)));',
      to: 'properties.push(("enabled", Code::Boolean(true)));',
    },
  },
  {
    id: 'defect-24',
    page: 'Defect 24',
    gen2: 'a notification starts the function that it names: resize is not resizer',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const started = (/** @type {Stacks} */ stacks) =>
        notifications(stacks)
          .map((/** @type {any} */ one) => JSON.stringify(one.Function ?? one.LambdaFunctionArn))
          .map((/** @type {string} */ text) => (/resizer/.test(text) ? 'resizer' : 'resize'))
          .sort();
      assert.deepEqual(started(gen1), ['resize', 'resizer', 'resizer']);
      assert.deepEqual(started(gen2), started(gen1));
    },
    change: {
      file: 'src/backend/interpret/mod.rs',
      from: '.find(|function| function.deployed_name.as_deref() == Some(name))',
      to: '.find(|function| name.starts_with(&function.name))',
    },
  },
  {
    id: 'defect-25',
    page: 'Defect 25',
    gen2: 'after the refactor the names that are deployed, whatever they end with',
    app: 'workshop',
    check({ gen1, after }) {
      assert.equal(bucket(after).BucketName, bucket(gen1).BucketName);
      assert.equal(table(after, 'journal').TableName, table(gen1, 'journal').TableName);
    },
    change: {
      file: 'src/generate/storage/bucket.rs',
      from: 'construct(identifier).member("bucketName"),\n        Code::text(name),',
      to: 'construct(identifier).member("bucketName"),\n        Code::text(name.trim_end_matches("-prod")),',
    },
  },
  {
    id: 'defect-27',
    page: 'Defect 27',
    gen2: 'indexes with their own capacity, none on demand',
    app: 'workshop',
    check({ gen1, gen2 }) {
      const capacities = (/** @type {Stacks} */ stacks) =>
        Object.fromEntries(
          table(stacks, 'inventory').GlobalSecondaryIndexes.map((/** @type {any} */ index) => [
            index.IndexName,
            index.ProvisionedThroughput,
          ]),
        );
      assert.equal(Number(capacities(gen1).byMaker.ReadCapacityUnits), 11);
      assert.deepEqual(capacities(gen2), capacities(gen1));
    },
    change: {
      file: 'src/generate/storage/tables.rs',
      from: 'properties.push(("readCapacity", Code::number(read)));',
      to: 'properties.push(("readCapacity", Code::number(read.min(5))));',
    },
  },
  {
    id: 'defect-30',
    page: 'Defect 30',
    gen2: "the project's pins stay; a function that needs another version keeps its own packages",
    test: { file: 'src/generate/tests/functions.rs', name: 'a_function_that_needs_another_version_keeps_its_packages' },
    change: { file: 'src/generate/function/packaging.rs', from: '.or_else(|| pinned.get(package));', to: ';' },
  },
  {
    id: 'defect-33',
    page: 'Defect 33',
    gen2: 'ENV keeps its value on the migrated branch; comparisons in the code are listed with their line',
    app: 'workshop',
    check({ gen1, gen2, result }) {
      assert.equal(variables(gen1, 'legacy').ENV, 'prod');
      assert.equal(variables(gen2, 'legacy').ENV, 'prod');
      const found = result.assessment.findings.filter(
        (/** @type {any} */ { id }) => id === 'function-environment-name',
      );
      assert.ok(found.some((/** @type {any} */ { path, line }) => path.endsWith('legacy/src/index.js') && line === 4));
      assert.ok(found.some((/** @type {any} */ { path }) => path.endsWith('scribe/src/index.py')));
    },
    change: {
      file: 'src/generate/function/mod.rs',
      from: 'environment_name::check(context, function, findings)?;',
      to: '',
    },
  },
  {
    id: 'function-role',
    page: 'Issue: boundary, tags and session length of the execution role',
    gen2: 'properties of the CfnRole of lambda.role; another trust policy is told',
    test: { file: 'src/generate/tests/functions.rs', name: 'what_is_set_on_the_execution_role_stays_on_it' },
    change: {
      file: 'src/generate/function/role.rs',
      from: '"PermissionsBoundary"]',
      to: '"Boundary"]',
    },
  },
  {
    id: 'storage-event-bridge',
    page: 'Issue: EventBridge notifications of a bucket',
    gen2: 'bucket.enableEventBridgeNotification()',
    test: { file: 'src/generate/tests/storage.rs', name: 'a_bucket_that_tells_event_bridge_goes_on_to' },
    change: {
      file: 'src/generate/storage/bucket.rs',
      from: 'if bucket.tells_event_bridge {',
      to: 'if !bucket.tells_event_bridge {',
    },
  },
];
