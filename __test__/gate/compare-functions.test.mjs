import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareFunctions } from './compare-functions.mjs';
import { NAMES, evaluatedShelf } from './fixtures/shelf.mjs';

function compare(change) {
  const { gen1, gen2, pairing } = evaluatedShelf((templates) =>
    change?.(
      templates.gen2.function1351588B.Resources.Report.Properties,
      templates.gen1.functionreport.Resources.LambdaFunction.Properties,
    ),
  );
  return compareFunctions(pairing, gen1, gen2, NAMES);
}

test('equal functions are green', () => {
  const result = compare();
  assert.deepEqual(
    result.differences.filter((one) => !one.allowed),
    [],
  );
  assert.deepEqual(result.compared, ['report']);
  assert.equal(result.ok, true);
});

for (const [title, change, path] of [
  ['more memory', (gen2) => (gen2.MemorySize = 512), 'MemorySize'],
  ['a shorter time-out', (gen2) => (gen2.Timeout = 3), 'Timeout'],
  [
    'a lost variable',
    (gen2) => delete gen2.Environment.Variables.STORAGE_LOANS_NAME,
    'Environment.Variables.STORAGE_LOANS_NAME',
  ],
  [
    'a variable with another value',
    (gen2) => (gen2.Environment.Variables.STORAGE_LOANS_NAME = 'loans-dev'),
    'Environment.Variables.STORAGE_LOANS_NAME',
  ],
  ['a variable more', (gen2) => (gen2.Environment.Variables.X = '1'), 'Environment.Variables.X'],
  ['a lost layer', (gen2, gen1) => (gen1.Layers = ['arn:aws:lambda:us-east-1:1:layer:x:1']), 'Layers'],
  ['another runtime', (gen2) => (gen2.Runtime = 'nodejs20.x'), 'Runtime'],
  ['a lost network', (gen2, gen1) => (gen1.VpcConfig = { SubnetIds: ['s'] }), 'VpcConfig.SubnetIds'],
  [
    'a secret as plain text',
    (gen2, gen1) => {
      gen1.Environment.Variables.KEY = '/amplify/d0/dev/KEY';
      gen2.Environment.Variables.KEY = 'plain';
    },
    'Environment.Variables.KEY',
  ],
]) {
  test(`finds ${title}`, () => {
    const result = compare(change);
    assert.equal(result.ok, false);
    assert.deepEqual(
      result.differences.filter((one) => !one.allowed).map((one) => one.path),
      [path],
    );
  });
}

test('a secret that is read at the start is the same secret', () => {
  const result = compare((gen2, gen1) => {
    gen1.Environment.Variables.KEY = '/amplify/d0/dev/KEY';
    gen2.Environment.Variables.KEY = '<value will be resolved during runtime>';
  });
  assert.equal(result.ok, true);
});

test('the name of a REST API is the name of its successor, and of no other', () => {
  for (const [name, ok] of /** @type {[string, boolean][]} */ ([
    ['books-main', true],
    ['films-main', false],
  ])) {
    const result = compare((gen2, gen1) => {
      gen1.Environment.Variables.API_BOOKS_APINAME = 'books';
      gen2.Environment.Variables.API_BOOKS_APINAME = name;
    });
    assert.equal(result.ok, ok, name);
  }
});
