import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findStackCycles } from './cycles.mjs';
import { treeOf } from './fixtures/shelf.mjs';

const stack = (Parameters, more) => ({ Type: 'AWS::CloudFormation::Stack', Properties: { Parameters }, ...more });
const output = (logicalId) => ({ 'Fn::GetAtt': [logicalId, 'Outputs.x'] });
const EMPTY = { Resources: {} };

function cyclesOf(resources) {
  const children = Object.fromEntries(Object.keys(resources).map((logicalId) => [logicalId, EMPTY]));
  return findStackCycles(treeOf('r', { '': { Resources: resources }, ...children }));
}

test('no cycle', () => {
  assert.deepEqual(
    cyclesOf({ a: stack({}), b: stack({ p: output('a') }), c: stack({ p: output('a'), q: output('b') }) }),
    [],
  );
});

for (const [title, resources, cycle] of [
  ['of two stacks', { auth: stack({ p: output('fn') }), fn: stack({ p: output('auth') }) }, ['auth', 'fn']],
  [
    'through a join and a third stack',
    {
      a: stack({ p: { 'Fn::Join': ['', ['x', output('b')]] } }),
      b: stack({ p: output('c') }),
      c: stack({ p: { 'Fn::Sub': '${a.Outputs.x}' } }),
    },
    ['a', 'b', 'c'],
  ],
  ['through DependsOn', { a: stack({}, { DependsOn: ['b'] }), b: stack({ p: output('a') }) }, ['a', 'b']],
  ['of a stack with itself', { a: stack({ p: output('a') }) }, ['a']],
]) {
  test(`a cycle ${title}`, () => {
    const [found, ...more] = cyclesOf(resources);
    assert.deepEqual(more, []);
    assert.deepEqual([...found.logicalIds].sort(), cycle);
  });
}

test('a cycle inside a nested stack', () => {
  const tree = treeOf('r', {
    '': { Resources: { a: stack({}) } },
    a: {
      Resources: {
        x: { Type: 'T', Properties: { p: { Ref: 'y' } } },
        y: { Type: 'T', Properties: { p: { Ref: 'x' } } },
      },
    },
  });
  assert.equal(findStackCycles(tree)[0].stack, 'r/a');
});
