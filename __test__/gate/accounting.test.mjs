import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findUnaccounted } from './accounting.mjs';
import { evaluatedShelf } from './fixtures/shelf.mjs';

const TOPIC = { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'alarms' } };

/** @param {(shelf: any) => void} change @param {string} [told] */
function unaccounted(change, told = '') {
  const { gen1, gen2, pairing } = evaluatedShelf(change);
  return findUnaccounted(pairing, gen1, gen2, told).map(({ place, type }) => `${place.split('/').at(-1)} ${type}`);
}

test('everything of the shelf is accounted for', () => {
  assert.deepEqual(
    unaccounted(() => {}),
    [],
  );
});

test('a resource that Gen 2 lacks is not', () => {
  const lost = ({ gen1 }) => (gen1.apibooks.Resources.Alarms = TOPIC);
  assert.deepEqual(unaccounted(lost), ['Alarms AWS::SNS::Topic']);
  assert.deepEqual(unaccounted(lost, 'Alarms (AWS::SNS::Topic) in the template of books is not carried over'), []);
});

test('one in Gen 2 accounts for one in Gen 1', () => {
  const oneOfTwo = ({ gen1, gen2 }) => {
    Object.assign(gen1.apibooks.Resources, { Alarms: TOPIC, Others: TOPIC });
    gen2.restapi.Resources.Alarms = TOPIC;
  };
  assert.deepEqual(unaccounted(oneOfTwo), ['Others AWS::SNS::Topic']);
});

test('a function without a partner is told by the comparison, one of a deployment by nobody', () => {
  const lambda = { Type: 'AWS::Lambda::Function', Properties: { Handler: 'index.handler' } };
  const called = ({ gen1 }) =>
    Object.assign(gen1.functionreport.Resources, {
      Callout: lambda,
      Call: { Type: 'Custom::LambdaCallout', Properties: { ServiceToken: { 'Fn::GetAtt': ['Callout', 'Arn'] } } },
    });
  assert.deepEqual(unaccounted(called), []);
});
