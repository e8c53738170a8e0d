import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareResources, findClaimedNames } from './compare-resources.mjs';
import { evaluatedShelf } from './fixtures/shelf.mjs';

function compare(change) {
  const { gen1, gen2, pairing } = evaluatedShelf(change);
  assert.deepEqual([gen1.problems, gen2.problems], [[], []]);
  return compareResources(pairing, gen1, gen2);
}

test('equal apps are green, and everything stateful was compared', () => {
  const result = compare();
  assert.deepEqual(
    [result.differences.filter((one) => !one.allowed), result.unpaired, result.retention, result.models],
    [[], [], [], []],
  );
  assert.equal(result.ok, true);
  assert.deepEqual(result.compared.map((one) => one.kind).sort(), [
    'bucket',
    'group',
    'identityPool',
    'nativeClient',
    'roleAttachment',
    'stream',
    'table',
    'userPool',
    'webClient',
  ]);
  assert.deepEqual([...new Set(result.differences.map((one) => one.allowed.id))].sort(), [
    'amplify-tags',
    'same-duration',
    'service-default',
  ]);
});

/** One change that must be found: what it is, how it is made, the path and effect of the difference. */
const AUTH = 'auth179371D7';
const STORAGE = 'storage0EC3F24A';
const properties = (templates, stack, logicalId) => templates.gen2[stack].Resources[logicalId].Properties;
for (const [title, change, path, effect] of [
  ['a bucket of another name', (t) => (properties(t, STORAGE, 'Bucket').BucketName = 'other'), 'BucketName', 'replace'],
  ['a bucket without its name', (t) => delete properties(t, STORAGE, 'Bucket').BucketName, 'BucketName', 'replace'],
  [
    'a stream of another name',
    (t) => (properties(t, 'analytics5794DE4A', 'Stream').Name = 'clicks-main'),
    'Name',
    'replace',
  ],
  [
    'a table with another key',
    (t) => (properties(t, STORAGE, 'Loans').KeySchema = [{ AttributeName: 'other', KeyType: 'HASH' }]),
    'KeySchema',
    'replace',
  ],
  [
    'a client that gets a secret',
    (t) => (properties(t, AUTH, 'Native').GenerateSecret = true),
    'GenerateSecret',
    'replace',
  ],
  [
    'sign-in by another attribute',
    (t) => (properties(t, AUTH, 'Pool').UsernameAttributes = ['phone_number']),
    'UsernameAttributes',
    'refused',
  ],
  ['a changed attribute', (t) => (properties(t, AUTH, 'Pool').Schema[0].Mutable = false), 'Schema', 'refused'],
  [
    'case that counts',
    (t) => (properties(t, AUTH, 'Pool').UsernameConfiguration.CaseSensitive = true),
    'UsernameConfiguration.CaseSensitive',
    'refused',
  ],
  [
    'a weaker password',
    (t) => (properties(t, AUTH, 'Pool').Policies.PasswordPolicy.MinimumLength = 6),
    'Policies.PasswordPolicy.MinimumLength',
    'harmless',
  ],
  [
    'a shorter refresh token',
    (t) => (properties(t, AUTH, 'Native').RefreshTokenValidity = 1440),
    'RefreshTokenValidity',
    'interrupt',
  ],
  [
    'an identity pool without the native client',
    (t) => properties(t, AUTH, 'IdentityPool').CognitoIdentityProviders.pop(),
    'CognitoIdentityProviders',
    'interrupt',
  ],
  [
    'guests refused',
    (t) => (properties(t, AUTH, 'IdentityPool').AllowUnauthenticatedIdentities = false),
    'AllowUnauthenticatedIdentities',
    'interrupt',
  ],
  [
    'roles the wrong way round',
    (t) => (properties(t, AUTH, 'Attachment').RoleMappings = { x: { Type: 'Token', IdentityProvider: 'p' } }),
    'RoleMappings."p".Type',
    'interrupt',
  ],
  ['another precedence', (t) => (properties(t, AUTH, 'Editors').Precedence = 0), 'Precedence', 'interrupt'],
  [
    'a lost stream',
    (t) => delete properties(t, STORAGE, 'Loans').StreamSpecification,
    'StreamSpecification.StreamViewType',
    'interrupt',
  ],
  [
    'the tag that empties buckets',
    (t) => (properties(t, STORAGE, 'Bucket').Tags = [{ Key: 'aws-cdk:auto-delete-objects', Value: 'true' }]),
    'Tags',
    'harmless',
  ],
  [
    'a lost trigger',
    (t) =>
      (t.gen1.authshelf.Resources.Triggers = {
        Type: 'Custom::CustomAuthTriggerResourceOutputs',
        Properties: {
          userpoolId: { Ref: 'UserPool' },
          lambdaConfig: [{ triggerType: 'PreSignUp', lambdaFunctionArn: 'arn:x' }],
        },
      }),
    'LambdaConfig.PreSignUp',
    'interrupt',
  ],
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
  assert.deepEqual(
    result.unpaired.map(({ kind, name, generation }) => [kind, name, generation]),
    [['group', 'Editors', 1]],
  );
});

test('finds a second user pool', () => {
  const result = compare((t) => (t.gen2[AUTH].Resources.Pool2 = structuredClone(t.gen2[AUTH].Resources.Pool)));
  assert.equal(result.ok, false);
  assert.ok(result.unpaired.some((one) => one.kind === 'userPool'));
});

test('resources are paired by name and not by order', () => {
  const result = compare((t) => {
    for (const [templates, stack, table] of [
      [t.gen1, 'storageloans', 'DynamoDBTable'],
      [t.gen2, STORAGE, 'Loans'],
    ]) {
      const { Resources } = templates[stack];
      const other = structuredClone(Resources[table]);
      other.Properties.TableName = 'fines-dev';
      // before the other in one generation, after it in the other
      templates[stack].Resources =
        templates === t.gen1 ? { Fines: other, ...Resources } : { ...Resources, Fines: other };
    }
  });
  assert.equal(result.ok, true);
  assert.deepEqual(
    result.compared
      .filter((one) => one.kind === 'table')
      .map((one) => one.name)
      .sort(),
    ['fines-dev', 'loans-dev'],
  );
});

for (const [title, change, problem] of [
  [
    'DeletionPolicy Delete',
    (t) => (t.gen2[STORAGE].Resources.Bucket.DeletionPolicy = 'Delete'),
    /DeletionPolicy is Delete/,
  ],
  [
    'no UpdateReplacePolicy',
    (t) => delete t.gen2[AUTH].Resources.Pool.UpdateReplacePolicy,
    /UpdateReplacePolicy is absent/,
  ],
  [
    'a client that goes with its stack',
    (t) => delete t.gen2[AUTH].Resources.Web.DeletionPolicy,
    /DeletionPolicy is absent/,
  ],
  [
    'a bucket that is emptied',
    (t) =>
      (t.gen2[STORAGE].Resources.Empty = {
        Type: 'Custom::S3AutoDeleteObjects',
        Properties: { BucketName: { Ref: 'Bucket' } },
      }),
    /empties the bucket/,
  ],
]) {
  test(`finds ${title}`, () => {
    const result = compare(change);
    assert.equal(result.ok, false);
    assert.match(result.retention.map((one) => one.problem).join('\n'), problem);
  });
}

const BOOK = (t) => t.gen2.data7552DF31.Resources.BookTable;
for (const [title, change, problem] of [
  [
    'a model that gets a new table',
    (t) => Object.assign(BOOK(t), { Type: 'Custom::AmplifyDynamoDBTable' }),
    /instead of Custom::ImportedAmplifyDynamoDBTable/,
  ],
  [
    'a model that is not imported',
    (t) => (BOOK(t).Properties.tableName = 'Book-other-main'),
    /its Gen 1 table is not imported/,
  ],
  ['a model that is gone', (t) => delete t.gen2.data7552DF31.Resources.BookTable, /its Gen 1 table is not imported/],
  [
    'an import that expects another key',
    (t) => (BOOK(t).Properties.keySchema = [{ attributeName: 'isbn', keyType: 'HASH' }]),
    /the import expects KeySchema/,
  ],
  [
    'an import that expects an index',
    (t) =>
      (BOOK(t).Properties.globalSecondaryIndexes = [
        { indexName: 'byTitle', keySchema: [], projection: { projectionType: 'ALL' } },
      ]),
    /the import expects GlobalSecondaryIndexes.byTitle/,
  ],
  [
    'an import of an encrypted table',
    (t) => (t.gen1['apishelf/Book'].Resources.BookTable.Properties.SSESpecification = { SSEEnabled: true }),
    /the import expects SSEEnabled/,
  ],
]) {
  test(`finds ${title}`, () => {
    const result = compare(change);
    assert.equal(result.ok, false);
    assert.match(result.models.map((one) => one.problem).join('\n'), problem);
  });
}

test('finds production names that a sandbox would claim', () => {
  const { gen2: migrated } = evaluatedShelf();
  const sandbox = (change) =>
    evaluatedShelf(({ gen2 }) => {
      delete gen2[STORAGE].Resources.Bucket.Properties.BucketName;
      gen2[STORAGE].Resources.Loans.Properties.TableName = 'loans-sandbox';
      delete gen2.analytics5794DE4A.Resources.Stream.Properties.Name;
      delete gen2[AUTH].Resources.Pool.Properties.UserPoolName;
      gen2.data7552DF31.Resources.BookTable = {
        Type: 'Custom::AmplifyDynamoDBTable',
        Properties: { tableName: 'Book-x-sandbox' },
      };
      change?.(gen2);
    }).gen2;
  assert.deepEqual(findClaimedNames(sandbox(), migrated), []);
  const claimed = findClaimedNames(
    sandbox((gen2) => {
      gen2[STORAGE].Resources.Bucket.Properties.BucketName = 'shelf-files-dev';
      gen2.data7552DF31.Resources.BookTable.Type = 'Custom::ImportedAmplifyDynamoDBTable';
      gen2.data7552DF31.Resources.BookTable.Properties.tableName = 'Book-abcdefghij-dev';
    }),
    migrated,
  );
  assert.deepEqual(claimed.map((one) => one.name).sort(), ['Book-abcdefghij-dev', 'shelf-files-dev']);
});

/** Gives both generations hosted sign-in with one provider. */
function addHostedSignIn({ gen1, gen2 }) {
  const oAuth = {
    AllowedOAuthFlows: ['code'],
    AllowedOAuthScopes: ['openid'],
    CallbackURLs: ['https://shelf.example/'],
    LogoutURLs: ['https://shelf.example/'],
  };
  const provider = { ProviderName: 'Google', authorize_scopes: 'openid email', AttributeMapping: { email: 'email' } };
  const parameter = (value) => ({ Type: 'String', Default: value });
  Object.assign(gen1.authshelf.Parameters, {
    hostedUI: parameter('true'),
    oAuthMetadata: parameter(JSON.stringify(oAuth)),
    hostedUIProviderMeta: parameter(JSON.stringify([provider])),
  });
  gen1.authshelf.Outputs.HostedUIDomain = { Value: 'shelf-dev' };
  const { Resources } = gen2[AUTH];
  const pool = { UserPoolId: { Ref: 'Pool' } };
  const retained = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
  for (const client of ['Web', 'Native']) {
    Object.assign(Resources[client].Properties, oAuth, {
      AllowedOAuthFlowsUserPoolClient: true,
      SupportedIdentityProviders: ['COGNITO', 'Google'],
    });
  }
  Resources.Domain = {
    Type: 'AWS::Cognito::UserPoolDomain',
    Properties: { Domain: 'shelf-dev', ...pool },
    ...retained,
  };
  Resources.Google = {
    Type: 'AWS::Cognito::UserPoolIdentityProvider',
    Properties: {
      ProviderName: 'Google',
      ProviderType: 'Google',
      AttributeMapping: { email: 'email' },
      ProviderDetails: { client_id: '{{resolve:secret}}', authorize_scopes: 'email openid' },
      ...pool,
    },
    ...retained,
  };
}

test('hosted sign-in that is equal is green', () => {
  const result = compare(addHostedSignIn);
  assert.deepEqual(
    result.differences.filter((one) => !one.allowed).map((one) => one.path),
    [],
  );
  assert.equal(result.ok, true);
  assert.ok(
    result.compared.some((one) => one.kind === 'domain') &&
      result.compared.some((one) => one.kind === 'identityProvider'),
  );
});

for (const [title, change, path] of [
  ['another domain', ({ Domain }) => (Domain.Properties.Domain = 'other'), 'Domain'],
  [
    'fewer scopes',
    ({ Google }) => (Google.Properties.ProviderDetails.authorize_scopes = 'openid'),
    'ProviderDetails.authorize_scopes',
  ],
  ['a lost attribute', ({ Google }) => delete Google.Properties.AttributeMapping, 'AttributeMapping.email'],
  ['a call-back of an example', ({ Web }) => (Web.Properties.CallbackURLs = ['https://example.com']), 'CallbackURLs'],
  [
    'a client without the provider',
    ({ Native }) => (Native.Properties.SupportedIdentityProviders = ['COGNITO']),
    'SupportedIdentityProviders',
  ],
]) {
  test(`finds in hosted sign-in: ${title}`, () => {
    const result = compare((templates) => {
      addHostedSignIn(templates);
      change(templates.gen2[AUTH].Resources);
    });
    assert.equal(result.ok, false);
    assert.deepEqual(
      result.differences.filter((one) => !one.allowed).map((one) => one.path),
      [path],
    );
  });
}

test("allows the branch's own address, names of providers by reference and the user name that Cognito maps itself", () => {
  const result = compare((templates) => {
    addHostedSignIn(templates);
    const { gen1, gen2 } = templates;
    const meta = [
      {
        ProviderName: 'Google',
        authorize_scopes: 'openid email',
        AttributeMapping: { email: 'email', username: 'sub' },
      },
    ];
    gen1.authshelf.Parameters.hostedUIProviderMeta.Default = JSON.stringify(meta);
    const { Web } = gen2[AUTH].Resources;
    Web.Properties.CallbackURLs = ['https://shelf.example/', 'https://main.d1shelf.amplifyapp.com/'];
    Web.Properties.SupportedIdentityProviders = ['COGNITO', { Ref: 'Google' }];
  });
  assert.deepEqual(
    result.differences.filter((one) => !one.allowed).map((one) => one.path),
    [],
  );
});

test("finds a call-back to somebody else's site", () => {
  const result = compare((templates) => {
    addHostedSignIn(templates);
    const { Web } = templates.gen2[AUTH].Resources;
    Web.Properties.CallbackURLs = ['https://shelf.example/', 'https://main.d1shelf.amplifyapp.com.evil.example/'];
  });
  assert.equal(result.ok, false);
});

test('finds hosted sign-in that is gone', () => {
  const result = compare((templates) => {
    addHostedSignIn(templates);
    for (const id of ['Domain', 'Google']) delete templates.gen2[AUTH].Resources[id];
  });
  assert.deepEqual(
    result.unpaired.map((one) => one.kind),
    ['domain', 'identityProvider'],
  );
});

/** A provider and a resource server that an override adds to the pool, in both generations. @param {any} templates */
function addFederation({ gen1, gen2 }) {
  const pools = { authshelf: 'UserPool', [AUTH]: 'Pool' };
  for (const [templates, stack] of [
    [gen1, 'authshelf'],
    [gen2, AUTH],
  ]) {
    const UserPoolId = { Ref: pools[stack] };
    const retained = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
    templates[stack].Resources.Directory = {
      Type: 'AWS::Cognito::UserPoolIdentityProvider',
      Properties: {
        UserPoolId,
        ProviderName: 'Directory',
        ProviderType: 'OIDC',
        ProviderDetails: {
          client_id: 'a',
          client_secret: 'b',
          oidc_issuer: 'https://id.example',
          authorize_scopes: 'openid',
        },
      },
      ...retained,
    };
    templates[stack].Resources.Server = {
      Type: 'AWS::Cognito::UserPoolResourceServer',
      Properties: { UserPoolId, Identifier: 'library', Name: 'Library', Scopes: [{ ScopeName: 'read' }] },
      ...retained,
    };
    templates[stack].Resources.IdentityPool.Properties.SupportedLoginProviders = { 'graph.facebook.com': '42' };
  }
}

test('equal providers and resource servers are green, whatever their secrets', () => {
  const result = compare((templates) => {
    addFederation(templates);
    templates.gen2[AUTH].Resources.Directory.Properties.ProviderDetails.client_secret = 'from the secrets';
  });
  assert.equal(result.ok, true);
  const kinds = result.compared.map((one) => one.kind);
  assert.ok(kinds.includes('identityProvider') && kinds.includes('resourceServer'));
});

for (const [title, change, path] of [
  [
    'another issuer',
    ({ Directory }) => (Directory.Properties.ProviderDetails.oidc_issuer = 'https://other.example'),
    'ProviderDetails.oidc_issuer',
  ],
  ['a resource server without its scopes', ({ Server }) => delete Server.Properties.Scopes, 'Scopes'],
  [
    'an identity pool that knows other providers',
    ({ IdentityPool }) => (IdentityPool.Properties.SupportedLoginProviders = { 'graph.facebook.com': '43' }),
    'SupportedLoginProviders.graph.facebook.com',
  ],
]) {
  test(`finds ${title}`, () => {
    const result = compare((templates) => {
      addFederation(templates);
      change(templates.gen2[AUTH].Resources);
    });
    assert.equal(result.ok, false);
    assert.deepEqual(
      result.differences.filter((one) => !one.allowed).map((one) => one.path),
      [path],
    );
  });
}

test('finds a resource server that is gone, or would go with its stack', () => {
  const gone = compare((templates) => {
    addFederation(templates);
    delete templates.gen2[AUTH].Resources.Server;
  });
  assert.deepEqual(
    gone.unpaired.map((one) => one.kind),
    ['resourceServer'],
  );
  const weak = compare((templates) => {
    addFederation(templates);
    delete templates.gen2[AUTH].Resources.Server.DeletionPolicy;
  });
  assert.equal(weak.retention.length, 1);
});

/** The page that links in verification e-mails open, and the trigger that leads to it. @param {any} templates @param {string} environment */
function addVerificationPage({ gen1, gen2 }, environment) {
  gen1.authshelf.Resources.CustomMessageConfirmationBucket = {
    Type: 'AWS::S3::Bucket',
    Properties: { BucketName: 'shelfverificationbucket-dev' },
    DeletionPolicy: 'Retain',
  };
  const [lambda] = Object.values(gen2)
    .flatMap((template) => Object.values(template.Resources ?? {}))
    .filter((resource) => resource.Type === 'AWS::Lambda::Function');
  lambda.Properties.Environment = { Variables: { RESOURCENAME: 'shelfCustomMessage', ENV: environment } };
}

test('the page of verification links stays where the trigger leads to', () => {
  const pages = (environment) =>
    compare((templates) => addVerificationPage(templates, environment)).unpaired.map((one) => one.name);
  assert.deepEqual(pages('dev'), []);
  assert.deepEqual(pages('main'), ['shelfverificationbucket-dev']);
});
