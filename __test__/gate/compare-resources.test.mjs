import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareResources } from './compare-resources.mjs';
import { evaluatedShelf } from './fixtures/shelf.mjs';

function compare(change) {
  const { gen1, gen2, pairing } = evaluatedShelf(change);
  assert.deepEqual([gen1.problems, gen2.problems], [[], []]);
  return compareResources(pairing, gen1, gen2);
}

test('equal apps are green, and everything stateful was compared', () => {
  const result = compare();
  assert.deepEqual([result.differences.filter((one) => !one.allowed), result.unpaired, result.retention, result.models], [[], [], [], []]);
  assert.equal(result.ok, true);
  assert.deepEqual(result.compared.map((one) => one.kind).sort(), ['bucket', 'group', 'identityPool', 'nativeClient', 'roleAttachment', 'stream', 'table', 'userPool', 'webClient']);
  assert.deepEqual([...new Set(result.differences.map((one) => one.allowed.id))].sort(), ['amplify-tags', 'same-duration', 'service-default']);
});

/** One change that must be found: what it is, how it is made, the path and effect of the difference. */
const AUTH = 'auth179371D7';
const STORAGE = 'storage0EC3F24A';
const properties = (templates, stack, logicalId) => templates.gen2[stack].Resources[logicalId].Properties;
for (const [title, change, path, effect] of [
  ['a bucket of another name', (t) => (properties(t, STORAGE, 'Bucket').BucketName = 'other'), 'BucketName', 'replace'],
  ['a bucket without its name', (t) => delete properties(t, STORAGE, 'Bucket').BucketName, 'BucketName', 'replace'],
  ['a stream of another name', (t) => (properties(t, 'analytics5794DE4A', 'Stream').Name = 'clicks-main'), 'Name', 'replace'],
  ['a table with another key', (t) => (properties(t, STORAGE, 'Loans').KeySchema = [{ AttributeName: 'other', KeyType: 'HASH' }]), 'KeySchema', 'replace'],
  ['a client that gets a secret', (t) => (properties(t, AUTH, 'Native').GenerateSecret = true), 'GenerateSecret', 'replace'],
  ['sign-in by another attribute', (t) => (properties(t, AUTH, 'Pool').UsernameAttributes = ['phone_number']), 'UsernameAttributes', 'refused'],
  ['a changed attribute', (t) => (properties(t, AUTH, 'Pool').Schema[0].Mutable = false), 'Schema', 'refused'],
  ['case that counts', (t) => (properties(t, AUTH, 'Pool').UsernameConfiguration.CaseSensitive = true), 'UsernameConfiguration.CaseSensitive', 'refused'],
  ['a weaker password', (t) => (properties(t, AUTH, 'Pool').Policies.PasswordPolicy.MinimumLength = 6), 'Policies.PasswordPolicy.MinimumLength', 'harmless'],
  ['a shorter refresh token', (t) => (properties(t, AUTH, 'Native').RefreshTokenValidity = 1440), 'RefreshTokenValidity', 'interrupt'],
  ['an identity pool without the native client', (t) => properties(t, AUTH, 'IdentityPool').CognitoIdentityProviders.pop(), 'CognitoIdentityProviders', 'interrupt'],
  ['guests refused', (t) => (properties(t, AUTH, 'IdentityPool').AllowUnauthenticatedIdentities = false), 'AllowUnauthenticatedIdentities', 'interrupt'],
  ['roles the wrong way round', (t) => (properties(t, AUTH, 'Attachment').RoleMappings = { x: { Type: 'Token', IdentityProvider: 'p' } }), 'RoleMappings."p".Type', 'interrupt'],
  ['another precedence', (t) => (properties(t, AUTH, 'Editors').Precedence = 0), 'Precedence', 'interrupt'],
  ['a lost stream', (t) => delete properties(t, STORAGE, 'Loans').StreamSpecification, 'StreamSpecification.StreamViewType', 'interrupt'],
  ['the tag that empties buckets', (t) => (properties(t, STORAGE, 'Bucket').Tags = [{ Key: 'aws-cdk:auto-delete-objects', Value: 'true' }]), 'Tags', 'harmless'],
  ['a lost trigger', (t) => (t.gen1.authshelf.Resources.Triggers = { Type: 'Custom::CustomAuthTriggerResourceOutputs', Properties: { userpoolId: { Ref: 'UserPool' }, lambdaConfig: [{ triggerType: 'PreSignUp', lambdaFunctionArn: 'arn:x' }] } }), 'LambdaConfig.PreSignUp', 'interrupt'],
]) {
  test(`finds ${title}`, () => {
    const result = compare(change);
    assert.equal(result.ok, false);
    const found = result.differences.find((one) => one.path === path);
    assert.ok(found, `${path} among ${result.differences.map((one) => one.path)}`);
    assert.equal(found.effect, effect);
    assert.equal(found.allowed, undefined);
  });
}

test('finds a removed group', () => {
  const result = compare((t) => delete t.gen2[AUTH].Resources.Editors);
  assert.equal(result.ok, false);
  assert.deepEqual(result.unpaired.map(({ kind, name, generation }) => [kind, name, generation]), [['group', 'Editors', 1]]);
});

test('finds a second user pool', () => {
  const result = compare((t) => (t.gen2[AUTH].Resources.Pool2 = structuredClone(t.gen2[AUTH].Resources.Pool)));
  assert.equal(result.ok, false);
  assert.ok(result.unpaired.some((one) => one.kind === 'userPool'));
});

test('resources are paired by name and not by order', () => {
  const result = compare((t) => {
    for (const [templates, stack, table] of [[t.gen1, 'storageloans', 'DynamoDBTable'], [t.gen2, STORAGE, 'Loans']]) {
      const { Resources } = templates[stack];
      const other = structuredClone(Resources[table]);
      other.Properties.TableName = 'fines-dev';
      // before the other in one generation, after it in the other
      templates[stack].Resources = templates === t.gen1 ? { Fines: other, ...Resources } : { ...Resources, Fines: other };
    }
  });
  assert.equal(result.ok, true);
  assert.deepEqual(result.compared.filter((one) => one.kind === 'table').map((one) => one.name).sort(), ['fines-dev', 'loans-dev']);
});

for (const [title, change, problem] of [
  ['DeletionPolicy Delete', (t) => (t.gen2[STORAGE].Resources.Bucket.DeletionPolicy = 'Delete'), /DeletionPolicy is Delete/],
  ['no UpdateReplacePolicy', (t) => delete t.gen2[AUTH].Resources.Pool.UpdateReplacePolicy, /UpdateReplacePolicy is absent/],
  ['a client that goes with its stack', (t) => delete t.gen2[AUTH].Resources.Web.DeletionPolicy, /DeletionPolicy is absent/],
  ['a bucket that is emptied', (t) => (t.gen2[STORAGE].Resources.Empty = { Type: 'Custom::S3AutoDeleteObjects', Properties: { BucketName: { Ref: 'Bucket' } } }), /empties the bucket/],
]) {
  test(`finds ${title}`, () => {
    const result = compare(change);
    assert.equal(result.ok, false);
    assert.match(result.retention.map((one) => one.problem).join('\n'), problem);
  });
}

const BOOK = (t) => t.gen2.data7552DF31.Resources.BookTable;
for (const [title, change, problem] of [
  ['a model that gets a new table', (t) => Object.assign(BOOK(t), { Type: 'Custom::AmplifyDynamoDBTable' }), /instead of Custom::ImportedAmplifyDynamoDBTable/],
  ['a model that is not imported', (t) => (BOOK(t).Properties.tableName = 'Book-other-main'), /its Gen 1 table is not imported/],
  ['a model that is gone', (t) => delete t.gen2.data7552DF31.Resources.BookTable, /its Gen 1 table is not imported/],
  ['an import that expects another key', (t) => (BOOK(t).Properties.keySchema = [{ attributeName: 'isbn', keyType: 'HASH' }]), /the import expects KeySchema/],
  ['an import that expects an index', (t) => (BOOK(t).Properties.globalSecondaryIndexes = [{ indexName: 'byTitle', keySchema: [], projection: { projectionType: 'ALL' } }]), /the import expects GlobalSecondaryIndexes.byTitle/],
  ['an import of an encrypted table', (t) => (t.gen1['apishelf/Book'].Resources.BookTable.Properties.SSESpecification = { SSEEnabled: true }), /the import expects SSEEnabled/],
]) {
  test(`finds ${title}`, () => {
    const result = compare(change);
    assert.equal(result.ok, false);
    assert.match(result.models.map((one) => one.problem).join('\n'), problem);
  });
}
