/**
 * Somebody else does something between two calls of the tool: at a sampled call each, forward and back. Every call is tried
 * by `npm run campaign -- --group third-party`; `CAMPAIGN_SEED` makes another choice.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { thirdPartyCases } from '../campaign/cases.mjs';
import { describeResult, runCase } from '../campaign/course.mjs';
import { Random, SAMPLE_SEED as SEED } from '../campaign/random.mjs';
import { beforeRefactor } from '../campaign/scenarios.mjs';
import { Site } from '../campaign/site.mjs';
import { THIRD_PARTIES } from '../campaign/third-party.mjs';

describe(`refactor of notes beside others (seed ${SEED})`, () => {
  /** @type {Site} */
  let site;
  before(async () => {
    site = await Site.of(await beforeRefactor('notes'));
  });
  after(() => site?.journey.end());

  for (const kind of THIRD_PARTIES) {
    for (const direction of ['forward', 'back']) {
      test(`${kind}, ${direction}`, async () => {
        const all = thirdPartyCases(site.size, SEED, [kind]).filter(({ id }) => id.startsWith(direction));
        const result = await runCase(site, new Random(`${kind}/${direction}/${SEED}`).pick(all));
        assert.deepEqual(result.problems, [], describeResult(result));
      });
    }
  }

  test('the judge sees a changed tag, a lost resource and a change set that was left behind', async () => {
    const { gen1Root, gen2Root } = { gen1Root: site.journey.seeded.gen1Root, gen2Root: String(site.journey.gen2Root) };
    await site.return('start');
    assert.deepEqual(await site.problems('start'), []);
    assert.notDeepEqual(await site.problems('done'), []);
    const auth = Object.values(site.start.stacks).find(({ name }) => name.startsWith(`${gen1Root}-auth`));
    const gen2 = Object.values(site.start.stacks).find(({ name }) => name.startsWith(`${gen2Root}-auth`));
    assert.ok(auth && gen2);

    await site.account.updateStack(gen2.name, null, Object.keys(gen2.parameters), { tags: { ...gen2.tags, a: 'b' } });
    await site.cloud.snapshot(); // waits until the update has ended
    assert.ok((await site.problems('start')).includes(`${gen2.name}: tags`));

    await site.return('start');
    const resources = Object.values(auth.resources);
    const client = resources.find(({ type }) => type === 'AWS::Cognito::UserPoolClient')?.physicalId;
    await site.account.call('cognito-idp', 'AWSCognitoIdentityProviderService.DeleteUserPoolClient', {
      UserPoolId: resources.find(({ type }) => type === 'AWS::Cognito::UserPool')?.physicalId,
      ClientId: client,
    });
    const lost = await site.problems('start');
    assert.ok(
      lost.some((problem) => problem.startsWith('ledger: deleted') && problem.includes(String(client))),
      lost.join('\n'),
    );

    await site.return('start');
    await site.account.reviewStack('left-in-review', { Resources: { Queue: { Type: 'AWS::SQS::Queue' } } });
    const left = await site.problems('start');
    assert.ok(
      left.some((problem) => problem.startsWith('left behind: change set')),
      left.join('\n'),
    );
  });
});
