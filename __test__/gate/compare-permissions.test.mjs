import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { comparePermissions } from './compare-permissions.mjs';
import { applyCustomResources } from './effective.mjs';
import { environmentOf, evaluateTree } from './evaluate.mjs';
import { evaluatedShelf } from './fixtures/shelf.mjs';
import { covers, expandActions, grantsOf, patternCovers } from './iam.mjs';
import { pairResources } from './pairing.mjs';
import { deployedRoots, gen1Roots, loadDeployed } from './stack-tree.mjs';

function compare(change) {
  const { gen1, gen2, pairing } = evaluatedShelf(change);
  assert.deepEqual([gen1.problems, gen2.problems], [[], []]);
  return comparePermissions(pairing, gen1, gen2);
}

const red = (result) => result.differences.filter((one) => !one.allowed);
const inWords = (one) =>
  `${one.direction} ${one.aspect} ${one.principal.kind} ${one.effect} ${one.action}${one.bridge ? ' bridge' : ''}`;

test('equal apps are green, and every principal was compared', () => {
  const result = compare();
  assert.deepEqual([red(result), result.eventSources, result.unpaired], [[], [], []]);
  assert.equal(result.ok, true);
  assert.deepEqual(result.compared, [
    'authenticated role',
    'unauthenticated role',
    'role of group Editors',
    'role of function report',
    'report',
  ]);
  assert.deepEqual([...new Set(result.differences.map((one) => one.allowed.id))], ['basic-execution-role']);
});

const statements = (t, stack, policy) => t.gen2[stack].Resources[policy].Properties.PolicyDocument.Statement;
const STORAGE = 'storage0EC3F24A';
const FUNCTION = 'function1351588B';
const AUTH = 'auth179371D7';
const text = (value) => JSON.parse(JSON.stringify(value));

for (const [title, change, expected] of [
  [
    'an action more',
    (t) => statements(t, STORAGE, 'Own')[0].Action.push('s3:DeleteObject'),
    'wider policy authenticatedRole Allow s3:DeleteObject',
  ],
  [
    'an action less',
    (t) => statements(t, STORAGE, 'Own')[0].Action.pop(),
    'missing policy authenticatedRole Allow s3:GetObject',
  ],
  [
    "access to other users' private files",
    (t) =>
      Object.assign(
        statements(t, STORAGE, 'Own')[0],
        JSON.parse(
          JSON.stringify(statements(t, STORAGE, 'Own')[0]).replace('${cognito-identity.amazonaws.com:sub}', '*'),
        ),
      ),
    'wider policy authenticatedRole Allow s3:PutObject',
  ],
  [
    'a list without its condition',
    (t) => delete statements(t, STORAGE, 'Own')[2].Condition,
    'wider policy authenticatedRole Allow s3:ListBucket',
  ],
  [
    'a list of one folder more',
    (t) => statements(t, STORAGE, 'Own')[2].Condition.StringLike['s3:prefix'].push('private/*'),
    'wider policy authenticatedRole Allow s3:ListBucket',
  ],
  [
    'a list of one folder less',
    (t) => statements(t, STORAGE, 'Own')[2].Condition.StringLike['s3:prefix'].pop(),
    'missing policy authenticatedRole Allow s3:ListBucket',
  ],
  [
    'a wildcard instead of single actions',
    (t) => (statements(t, STORAGE, 'Own')[1].Action = 's3:*'),
    'wider policy authenticatedRole Allow s3:deletebucket',
  ],
  [
    'single actions instead of a wildcard',
    (t) => (statements(t, FUNCTION, 'Access')[0].Action = ['dynamodb:GetItem', 'dynamodb:Query']),
    'missing policy functionRole Allow dynamodb:getrecords',
  ],
  [
    'no access to the indexes',
    (t) => statements(t, FUNCTION, 'Access')[0].Resource.pop(),
    'missing policy functionRole Allow dynamodb:Get*',
  ],
  [
    'access to every table',
    (t) => (statements(t, FUNCTION, 'Access')[0].Resource = 'arn:aws:dynamodb:*:*:table/*'),
    'wider policy functionRole Allow dynamodb:Get*',
  ],
  [
    'a managed policy',
    (t) =>
      t.gen2[FUNCTION].Resources.Role.Properties.ManagedPolicyArns.push('arn:aws:iam::aws:policy/AdministratorAccess'),
    'wider policy functionRole Allow managed:AdministratorAccess',
  ],
  [
    'a boundary that is gone',
    (t) => (t.gen1[''].Resources.AuthRole.Properties.PermissionsBoundary = 'arn:aws:iam::aws:policy/PowerUserAccess'),
    'wider boundary authenticatedRole Allow PermissionsBoundary',
  ],
  [
    'an inline policy',
    (t) =>
      (t.gen2[AUTH].Resources.UnauthRole.Properties.Policies = [
        { PolicyName: 'x', PolicyDocument: { Statement: { Effect: 'Allow', Action: 'ses:SendEmail', Resource: '*' } } },
      ]),
    'wider policy unauthenticatedRole Allow ses:SendEmail',
  ],
  [
    'a group that gets what users had',
    (t) => (t.gen2[STORAGE].Resources.Own.Properties.Roles = ['nobody']),
    'missing policy authenticatedRole Allow s3:GetObject',
  ],
  [
    'a lost denial',
    (t) =>
      t.gen1.storagefiles.Resources.Own.Properties.PolicyDocument.Statement.push({
        Effect: 'Deny',
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::shelf-files-dev/secret/*',
      }),
    'wider policy authenticatedRole Deny s3:GetObject',
  ],
  [
    'everything but',
    (t) => {
      const [statement] = statements(t, STORAGE, 'Own');
      delete statement.Action;
      statement.NotAction = 'iam:*';
    },
    'wider policy authenticatedRole Allow not:iam:*',
  ],
  [
    'no stream for guests to write to',
    (t) => delete t.gen2.analytics5794DE4A.Resources.Put,
    'missing policy authenticatedRole Allow kinesis:PutRecord',
  ],
  [
    'every field of the API',
    (t) =>
      (t.gen2.data7552DF31.Resources.AuthPolicy.Properties.PolicyDocument.Statement[0].Resource = {
        'Fn::Join': ['', [{ 'Fn::GetAtt': ['Api', 'Arn'] }, '/*']],
      }),
    'wider policy authenticatedRole Allow appsync:GraphQL',
  ],
  [
    'Gen 1 frontends cut off their GraphQL API',
    (t) => delete t.gen2.data7552DF31.Resources.OldApi,
    'missing policy authenticatedRole Allow appsync:GraphQL bridge',
  ],
  [
    'Gen 1 frontends cut off their REST API',
    (t) => delete t.gen2.restapi.Resources.OldApi,
    'missing policy authenticatedRole Allow execute-api:Invoke bridge',
  ],
  [
    'the whole Gen 1 REST API',
    (t) =>
      (t.gen2.restapi.Resources.OldApi.Properties.PolicyDocument.Statement[0].Resource =
        'arn:aws:execute-api:us-east-1:123456789012:restid1234/*'),
    'wider policy authenticatedRole Allow execute-api:Invoke',
  ],
  [
    'a method of the REST API less',
    (t) =>
      (t.gen2.restapi.Resources.Call = JSON.parse(
        JSON.stringify(t.gen2.restapi.Resources.Call).replace('prod/*/', 'prod/GET/'),
      )),
    'missing policy authenticatedRole Allow execute-api:Invoke',
  ],
  [
    'a role for everybody',
    (t) => (t.gen2[AUTH].Resources.AuthRole.Properties.AssumeRolePolicyDocument.Statement[0].Principal = '*'),
    'wider trust authenticatedRole Allow sts:AssumeRoleWithWebIdentity',
  ],
  [
    'the role of users for guests',
    (t) =>
      (t.gen2[AUTH].Resources.AuthRole.Properties.AssumeRolePolicyDocument.Statement[0].Condition[
        'ForAnyValue:StringLike'
      ] = { 'cognito-identity.amazonaws.com:amr': 'unauthenticated' }),
    'wider trust authenticatedRole Allow sts:AssumeRoleWithWebIdentity',
  ],
  [
    'anybody may call the function',
    (t) => (t.gen2[FUNCTION].Resources.NightlyCall.Properties.Principal = '*'),
    'wider invocation function Allow lambda:InvokeFunction',
  ],
  [
    'its schedule may not call the function',
    (t) => delete t.gen2[FUNCTION].Resources.NightlyCall,
    'missing invocation function Allow lambda:InvokeFunction',
  ],
]) {
  test(`finds: ${title}`, () => {
    const result = compare(change);
    assert.equal(result.ok, false);
    const found = red(result).map(inWords);
    assert.ok(found.includes(expected), `${expected} among\n${found.join('\n')}`);
  });
}

for (const [title, change, expected] of [
  ['a stream nobody reads', (t) => delete t.gen2[FUNCTION].Resources.Mapping, /^missing: .*DynamoDB|StreamArn/],
  ['another batch size', (t) => (t.gen2[FUNCTION].Resources.Mapping.Properties.BatchSize = 1), /batch 1"/],
  [
    'another starting position',
    (t) => (t.gen2[FUNCTION].Resources.Mapping.Properties.StartingPosition = 'TRIM_HORIZON'),
    /from TRIM_HORIZON/,
  ],
  [
    'another schedule',
    (t) => (t.gen2[FUNCTION].Resources.Nightly.Properties.ScheduleExpression = 'rate(1 hour)'),
    /rule rate\(1 hour\)/,
  ],
  [
    'a schedule that was off',
    (t) => (t.gen1.functionreport.Resources.Nightly.Properties.State = 'DISABLED'),
    /DISABLED/,
  ],
]) {
  test(`finds: ${title}`, () => {
    const result = compare(change);
    assert.equal(result.ok, false);
    assert.match(result.eventSources.map((one) => `${one.direction}: ${one.source}`).join('\n'), expected);
  });
}

test('finds a function that is gone, and one that is new', () => {
  const gone = compare((t) => {
    for (const id of ['Report', 'Mapping', 'Nightly', 'NightlyCall']) delete t.gen2[FUNCTION].Resources[id];
  });
  assert.equal(gone.ok, false);
  const added = compare(
    (t) =>
      (t.gen2[FUNCTION].Resources.More = {
        ...text(t.gen2[FUNCTION].Resources.Report),
        Metadata: { 'aws:cdk:path': 'x/more-lambda/Resource' },
        Properties: { FunctionName: 'more-main' },
      }),
  );
  assert.deepEqual(
    added.unpaired.map(({ kind, generation }) => [kind, generation]),
    [['function', 2]],
  );
});

test('what never applies may be missing', () => {
  const result = compare((t) =>
    t.gen1.functionreport.Resources.Access.Properties.PolicyDocument.Statement.push({
      Effect: 'Allow',
      Action: 'iam:ListRoles',
      Resource: 'arn:aws:cognito-idp:us-east-1:123456789012:userpool/x',
    }),
  );
  assert.equal(result.ok, true);
  assert.ok(result.differences.some((one) => one.allowed?.id === 'never-applies'));
});

test('a user pool that had no identity pool may get one that grants nothing', () => {
  const withoutIdentityPool = (t) => {
    for (const id of ['IdentityPool', 'RoleMap']) delete t.gen1.authshelf.Resources[id];
    delete t.gen1.authshelf.Outputs.IdentityPoolId;
    delete t.gen1[''].Resources.OpenRoles;
    delete t.gen1[''].Resources.authuserPoolGroups;
    delete t.gen1.authuserPoolGroups;
    for (const id of ['Editors', 'EditorsRole']) delete t.gen2[AUTH].Resources[id];
    t.gen2[AUTH].Resources.IdentityPool.Properties.AllowUnauthenticatedIdentities = false;
  };
  const grants = compare(withoutIdentityPool);
  assert.equal(grants.ok, false, 'the roles still have the policies');
  const harmless = compare((t) => {
    withoutIdentityPool(t);
    for (const [stack, id] of [
      [STORAGE, 'Own'],
      ['analytics5794DE4A', 'Put'],
      ['data7552DF31', 'AuthPolicy'],
      ['data7552DF31', 'OldApi'],
      ['restapi', 'Call'],
      ['restapi', 'OldApi'],
    ])
      delete t.gen2[stack].Resources[id];
  });
  assert.equal(harmless.ok, true);
});

test('patterns', () => {
  for (const [wide, narrow, expected] of [
    ['*', 'anything', true],
    ['a*', 'a', true],
    ['a*', 'a*b', true],
    ['a?', 'ab', true],
    ['a?', 'a*', false],
    ['ab', 'a*', false],
    ['private/*', 'private/${id}/*', true],
    ['private/${id}/*', 'private/*', false],
    ['*/x/*', 'a/b/x/c', true],
    ['a*b*c', 'abbc', true],
    ['a*b', 'ac', false],
  ]) {
    assert.equal(patternCovers(wide, narrow), expected, `${wide} over ${narrow}`);
  }
});

test('conditions', () => {
  const [plain] = grantsOf({ Statement: [{ Action: 'a:b', Resource: '*' }] }, '');
  const [folder] = grantsOf(
    { Statement: [{ Action: 'a:b', Resource: '*', Condition: { StringLike: { p: 'x/*' } } }] },
    '',
  );
  const [file] = grantsOf(
    { Statement: [{ Action: 'a:b', Resource: '*', Condition: { StringLike: { p: 'x/y' } } }] },
    '',
  );
  assert.deepEqual(
    [covers(plain, folder), covers(folder, plain), covers(folder, file), covers(file, folder)],
    [true, false, true, false],
  );
  const alternatives = grantsOf(
    {
      Statement: [
        {
          Action: 'a:b',
          Resource: '*',
          Condition: { StringLike: { p: ['x', 'y'] }, StringNotEquals: { q: ['1', '2'] } },
        },
      ],
    },
    '',
  );
  assert.deepEqual(
    alternatives.map((one) => one.condition.length),
    [3, 3],
    'values of a negated operator hold together',
  );
});

test('wildcards of known services are expanded', () => {
  const actions = expandActions({
    effect: 'Allow',
    action: 'dynamodb:Batch*Item',
    resource: '*',
    condition: [],
    source: '',
  }).map((one) => one.action);
  assert.deepEqual(actions, ['dynamodb:batchgetitem', 'dynamodb:batchwriteitem']);
});

/** Deployed Gen 2 stacks that the official tool's output gave, and what is known to be wrong with them. */
const CORPUS = new URL('../../../shared/corpus/', import.meta.url);
const KNOWN_DEFECTS = {
  'project-boards': [
    /wider policy authenticatedRole Allow s3:PutObject .*\/private\/\*/,
    /wider .*s3:GetObject .*\/private\/\*/,
    /wider .*s3:DeleteObject .*\/protected\/\*/,
    /missing policy unauthenticatedRole Allow s3:GetObject .*\/protected\/\*/,
    /missing .*s3:PutObject .*\/uploads\/\*/,
  ],
  'mood-board': [/wider .*s3:ListBucket/, /missing .*s3:PutObject .*\/uploads\/\*/],
  'fitness-tracker': [
    /wider policy authenticatedRole Allow execute-api:Invoke .*adminapi⟧\/<stage>\/GET\/\*/,
    /missing policy groupRole Allow execute-api:Invoke .*PATCH/,
    /missing policy functionRole Allow cognito-idp:/,
    /missing policy functionRole Allow dynamodb:Get\* .*\/index\/\*/,
  ],
};
for (const [app, defects] of Object.entries(KNOWN_DEFECTS)) {
  const stacks = new URL(`${app}/deployed-stacks`, CORPUS);
  test(
    `finds the known defects of ${app} as the official tool makes it`,
    { skip: !fs.existsSync(stacks) && 'the corpus is not there' },
    () => {
      const directory = stacks.pathname;
      const [root1] = gen1Roots(directory);
      const trees = [root1, deployedRoots(directory).find((name) => name !== root1)].map((name) =>
        loadDeployed(directory, name),
      );
      const [gen1, gen2] = trees.map((tree) => applyCustomResources(evaluateTree(tree, environmentOf(trees[0]))));
      const result = comparePermissions(
        pairResources(gen1, gen2, { environment: 'main', branch: 'gen2-main' }),
        gen1,
        gen2,
      );
      assert.equal(result.ok, false);
      const found = red(result)
        .map((one) => `${inWords(one)} ${one.resource}`)
        .join('\n');
      for (const defect of defects) assert.match(found, defect);
    },
  );
}

test('a grant on a REST API by its name is a grant on its successor by that name', () => {
  for (const [name, ok] of /** @type {[string, boolean][]} */ ([
    ['books-main', true],
    ['films-main', false],
    ['*', false],
  ])) {
    const result = compare((t) => {
      const grant = (/** @type {string} */ api) => ({
        Effect: 'Allow',
        Action: 'apigateway:GET',
        Resource: `arn:aws:apigateway:us-east-1::/restapis/${api}/*`,
      });
      const { Resources } = t.gen1.functionreport;
      const policy = Object.values(Resources).find(({ Type }) => Type === 'AWS::IAM::Policy');
      policy.Properties.PolicyDocument.Statement.push(grant('books'));
      const own = Object.values(t.gen2[FUNCTION].Resources).find(({ Type }) => Type === 'AWS::IAM::Policy');
      own.Properties.PolicyDocument.Statement.push(grant(name));
    });
    assert.equal(result.ok, ok, name);
  }
});

test('rights of roles that belong to somebody else are compared by the name of the role', () => {
  const policy = (actions) => ({
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'borrowed',
      Roles: ['reception'],
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: actions, Resource: 'arn:aws:s3:::shared/*' }] },
    },
  });
  const rights = (actions1, actions2) =>
    compare(({ gen1, gen2 }) => {
      if (actions1) gen1.storagefiles.Resources.Borrowed = policy(actions1);
      if (actions2) gen2[STORAGE].Resources.Borrowed = policy(actions2);
    });
  const equal = rights(['s3:GetObject'], ['s3:GetObject']);
  assert.ok(equal.ok);
  assert.ok(equal.compared.includes('role reception'));
  assert.deepEqual(red(rights(['s3:GetObject'], ['s3:GetObject', 's3:PutObject'])).map(inWords), [
    'wider policy authenticatedRole Allow s3:PutObject',
  ]);
  assert.deepEqual(red(rights(['s3:GetObject', 's3:PutObject'], ['s3:GetObject'])).map(inWords), [
    'missing policy authenticatedRole Allow s3:PutObject',
  ]);
  assert.deepEqual(
    rights(['s3:GetObject']).unpaired.map((one) => one.name),
    ['role reception'],
  );
});
