/** The tool dies while the service is at work: what it had begun there goes on without it. Other crashes are in `campaign.test.mjs`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beforeRefactor } from '../campaign/scenarios.mjs';

test('a second run waits for what the first had begun at the service', async () => {
  const { journey, forward } = await beforeRefactor('notes');
  try {
    const { cloud } = journey;
    await cloud.faults([{ action: 'ExecuteChangeSet', kind: 'hang-after' }]);
    const first = journey.start([...forward, '--yes', '--json']);
    assert.ok(await cloud.waitForFault({ timeoutMs: 30_000 }));
    first.child.kill('SIGKILL');
    await first.outcome;
    await cloud.faults([]);
    const [stack] = Object.keys(await journey.stacks()).filter((name) => name.startsWith(`${journey.gen2Root}-auth`));
    await cloud.putIntoStatus(stack, 'UPDATE_IN_PROGRESS');
    const second = journey.start([...forward, '--yes', '--json']);
    await second.saw(/"waiting".*UPDATE_IN_PROGRESS/);
    await cloud.putIntoStatus(stack, 'UPDATE_COMPLETE');
    const { code, stdout } = await second.outcome;
    assert.equal(code, 0, stdout.slice(-2000));
    const { violations } = await cloud.ledger();
    assert.deepEqual(violations, []);
  } finally {
    await journey.end();
  }
});
