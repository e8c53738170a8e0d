import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { environmentOf, evaluateTree } from './evaluate.mjs';
import { treeOf } from './fixtures/shelf.mjs';
import { deployedRoots, gen1Roots, loadDeployed } from './stack-tree.mjs';

/** Evaluates one expression as a property of a resource. */
function evaluate(expression, template = {}) {
  const { Resources = {}, ...rest } = template;
  const tree = treeOf('root-a-b-c1d2', {
    '': { ...rest, Resources: { ...Resources, Subject: { Type: 'Test::Subject', Properties: { Value: expression } } } },
  });
  const { resources, problems } = evaluateTree(tree, { region: 'eu-west-1', accountId: '111122223333' });
  return { value: resources.get('root-a-b-c1d2/Subject').properties.Value, problems };
}

const LIST_PARAMETER = { Parameters: { names: { Type: 'CommaDelimitedList', Default: 'a, b' } } };
const BUCKET = { Resources: { Files: { Type: 'AWS::S3::Bucket' } } };

for (const [title, expression, template, expected] of [
  ['parameter default', { Ref: 'p' }, { Parameters: { p: { Type: 'String', Default: 'x' } } }, 'x'],
  ['number parameters stay texts', { Ref: 'p' }, { Parameters: { p: { Type: 'Number', Default: 3 } } }, '3'],
  ['list parameter', { Ref: 'names' }, LIST_PARAMETER, ['a', 'b']],
  ['select of a list parameter', { 'Fn::Select': ['1', { Ref: 'names' }] }, LIST_PARAMETER, 'b'],
  [
    'pseudo parameters',
    { 'Fn::Sub': '${AWS::Region}/${AWS::AccountId}/${AWS::Partition}' },
    {},
    'eu-west-1/111122223333/aws',
  ],
  ['stack name taken apart', { 'Fn::Select': [3, { 'Fn::Split': ['-', { Ref: 'AWS::StackName' }] }] }, {}, 'c1d2'],
  ['Ref of a resource', { Ref: 'Files' }, BUCKET, '⟦root-a-b-c1d2/Files⟧'],
  ['ARN of a bucket', { 'Fn::GetAtt': ['Files', 'Arn'] }, BUCKET, 'arn:aws:s3:::⟦root-a-b-c1d2/Files⟧'],
  ['GetAtt as text', { 'Fn::GetAtt': 'Files.DomainName' }, BUCKET, '⟦root-a-b-c1d2/Files.DomainName⟧'],
  [
    'join with a token',
    { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Files', 'Arn'] }, '/private/${cognito-identity.amazonaws.com:sub}/*']] },
    BUCKET,
    'arn:aws:s3:::⟦root-a-b-c1d2/Files⟧/private/${cognito-identity.amazonaws.com:sub}/*',
  ],
  [
    'split does not cut tokens',
    { 'Fn::Select': [5, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Files', 'Arn'] }] }] },
    BUCKET,
    '⟦root-a-b-c1d2/Files⟧',
  ],
  [
    'literal in Sub',
    { 'Fn::Sub': '${!literal} ${x}' },
    { Parameters: { x: { Type: 'String', Default: 'y' } } },
    '${literal} y',
  ],
  ['own variables of Sub', { 'Fn::Sub': ['${a}-${b}', { a: '1', b: { Ref: 'AWS::Region' } }] }, {}, '1-eu-west-1'],
  ['if', { 'Fn::If': ['yes', 'a', 'b'] }, { Conditions: { yes: { 'Fn::Not': [{ 'Fn::Equals': ['x', 'y'] }] } } }, 'a'],
  [
    'and, or, condition',
    { 'Fn::If': ['both', 'a', 'b'] },
    {
      Conditions: {
        one: { 'Fn::Equals': ['x', 'x'] },
        two: { 'Fn::Or': [{ Condition: 'one' }, { 'Fn::Equals': ['x', 'y'] }] },
        both: { 'Fn::And': [{ Condition: 'one' }, { Condition: 'two' }] },
      },
    },
    'a',
  ],
  ['no value', [{ Ref: 'AWS::NoValue' }, 'a'], {}, ['a']],
  [
    'find in map',
    { 'Fn::FindInMap': ['m', { Ref: 'AWS::Region' }, 'k'] },
    { Mappings: { m: { 'eu-west-1': { k: 'v' } } } },
    'v',
  ],
  ['base64', { 'Fn::Base64': 'x' }, {}, 'eA=='],
  ['length', { 'Fn::Length': { Ref: 'names' } }, LIST_PARAMETER, 2],
]) {
  test(`evaluates ${title}`, () => assert.deepEqual(evaluate(expression, template), { value: expected, problems: [] }));
}

test('a property without value is left out', () => {
  const { value } = evaluate(
    { a: { Ref: 'AWS::NoValue' }, b: { 'Fn::If': ['no', 'x', { Ref: 'AWS::NoValue' }] }, c: 1 },
    { Conditions: { no: { 'Fn::Equals': ['x', 'y'] } } },
  );
  assert.deepEqual(value, { c: 1 });
});

test('a resource whose condition does not hold is not there', () => {
  const tree = treeOf('r', {
    '': {
      Conditions: { no: { 'Fn::Equals': ['x', 'y'] } },
      Resources: { Gone: { Type: 'T', Condition: 'no' }, Here: { Type: 'T' } },
    },
  });
  assert.deepEqual([...evaluateTree(tree).resources.keys()], ['r/Here']);
});

test('values flow through parameters, outputs and exports', () => {
  const child = (Parameters) => ({ Type: 'AWS::CloudFormation::Stack', Properties: { Parameters } });
  const tree = treeOf('r', {
    '': { Resources: { A: child({}), B: child({ bucket: { 'Fn::GetAtt': ['A', 'Outputs.Name'] } }) } },
    A: {
      Resources: { Files: { Type: 'AWS::S3::Bucket' } },
      Outputs: { Name: { Value: { Ref: 'Files' }, Export: { Name: { 'Fn::Sub': 'x-${AWS::Region}' } } } },
    },
    B: {
      Parameters: { bucket: { Type: 'String' } },
      Resources: {
        Use: {
          Type: 'T',
          Properties: { direct: { Ref: 'bucket' }, imported: { 'Fn::ImportValue': { 'Fn::Sub': 'x-${AWS::Region}' } } },
        },
      },
    },
  });
  const { resources, problems } = evaluateTree(tree);
  assert.deepEqual(resources.get('r/B/Use').properties, { direct: '⟦r/A/Files⟧', imported: '⟦r/A/Files⟧' });
  assert.deepEqual(problems, []);
});

for (const [title, expression, problem] of [
  ['a Ref to nothing', { Ref: 'Nobody' }, /Ref to Nobody/],
  ['a missing condition', { 'Fn::If': ['none', 1, 2] }, /no condition none/],
  ['an export nobody makes', { 'Fn::ImportValue': 'x' }, /no stack of the tree exports "x"/],
  ['an index beyond the list', { 'Fn::Select': [2, ['a']] }, /Fn::Select 2/],
  ['an unknown function', { 'Fn::Guess': 1 }, /Fn::Guess is not known/],
]) {
  test(`reports ${title}`, () => assert.match(evaluate(expression).problems.join('\n'), problem));
}

test('reports a parameter that the deployed stack contradicts', () => {
  const tree = treeOf('r', {
    '': { Resources: { A: { Type: 'AWS::CloudFormation::Stack', Properties: { Parameters: { env: 'dev' } } } } },
    A: { Parameters: { env: { Type: 'String' } }, Resources: {} },
  });
  tree.stacks[1].parameters = { env: 'prod' };
  assert.match(evaluateTree(tree).problems.join('\n'), /gives parameter env as "dev", deployed is "prod"/);
});

const APP_FOLDERS = ['../apps', '../../../shared/corpus'].flatMap((relative) => {
  const folder = fileURLToPath(new URL(`${relative}/`, import.meta.url));
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .map((app) => path.join(folder, app, 'deployed-stacks'))
    .filter((stacks) => fs.existsSync(stacks));
});

for (const stacks of APP_FOLDERS) {
  test(`evaluation agrees with every deployed parameter and output of ${path.basename(path.dirname(stacks))}`, () => {
    assert.ok(gen1Roots(stacks).length > 0);
    for (const root of deployedRoots(stacks)) {
      const tree = loadDeployed(stacks, root);
      const { problems, physical } = evaluateTree(tree, environmentOf(tree));
      assert.deepEqual(problems, []);
      assert.ok(physical.size > 0, 'the outputs tell some physical ids');
    }
  });
}
