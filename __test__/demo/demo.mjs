/**
 * The main job, shown: a Gen 1 app goes through the whole migration on the stand-in cloud and back.
 * `npm run demo [-- --app notes|shop]`
 */
import { parseArgs } from 'node:util';
import { prepare } from '../support/prepare.mjs';
import { changesOfProduction, ownersOfProduction } from './proof.mjs';

const { values } = parseArgs({ options: { app: { type: 'string', default: 'notes' } } });

await prepare();
// Only now: on a fresh clone the packages that these need have just been installed.
const { Narrator } = await import('./narrator.mjs');
const { GEN2_BRANCH, Journey, stackDifferences } = await import('../support/journey.mjs');

const narrator = new Narrator();
narrator.title(`From Amplify Gen 1 to Gen 2: the app "${values.app}"`);
narrator.say(
  'Everything below happens on a local stand-in for AWS. It is strict, and it keeps a ledger of every production resource.',
);

narrator.chapter('The production app');
const journey = await Journey.begin({ app: values.app, latencyMs: 30, settleMs: 50 });
try {
  await tell(journey);
} finally {
  await journey.end();
}

/** @param {import('../support/journey.mjs').Journey} journey */
async function tell(journey) {
  const { cloud, seeded } = journey;
  const production = await ownersOfProduction(cloud);
  narrator.say(
    `Deployed ${seeded.gen1Root} (environment ${seeded.env}, ${seeded.region}) with users, files and records in it.`,
  );
  narrator.table(
    ['Production resource', 'Id', 'Owned by'],
    production.map(({ type, id, owners }) => [shortType(type), id, owners.map(stackName).join(', ') || 'no stack']),
  );

  narrator.chapter('Step 1: assess');
  narrator.command('amplify gen2-migration assess');
  narrator.quote((await journey.run('assess')).stdout);

  narrator.chapter('Step 2: lock');
  narrator.command('amplify gen2-migration lock');
  const lock = await timed(() => journey.step('lock'));
  narrator.done(`The Gen 1 environment is locked: ${operations(lock.value)} (${lock.seconds} s)`);

  narrator.chapter('Step 3: generate');
  narrator.command(`git checkout -b ${GEN2_BRANCH} && amplify gen2-migration generate`);
  const generated = await timed(() => journey.generate());
  const files = generated.value.result.files ?? [];
  narrator.done(`${files.length} files written and committed (${generated.seconds} s):`);
  narrator.list(files.filter((file) => !file.includes('/src/')));

  narrator.chapter('Step 5: deploy Gen 2 beside Gen 1');
  narrator.say('The real CDK synthesises the generated backend; the stand-in deploys what comes out.');
  const deployed = await timed(() => journey.deployGen2());
  narrator.done(`${deployed.value.stackName} is ${deployed.value.status} (${deployed.seconds} s)`);
  journey.checkoutGen1();
  const before = await journey.stacks();
  const requestsBefore = (await cloud.requests()).length;

  narrator.chapter('Step 7: refactor');
  narrator.command(`amplify gen2-migration refactor --to ${journey.gen2Root}`);
  const refactor = await timed(() => journey.step('refactor', '--to', String(journey.gen2Root)));
  narrateOperations(refactor.value.result);
  narrator.done(`${operations(refactor.value)} (${refactor.seconds} s)`);
  const moved = await ownersOfProduction(cloud);
  narrator.table(
    ['Production resource', 'Id', 'Now owned by'],
    moved.map(({ type, id, owners }) => [shortType(type), id, owners.map(stackName).join(', ') || 'no stack']),
  );
  const forwardHarm = await changesOfProduction(cloud);
  prove('every production resource is alive, unchanged and owned by exactly one stack', forwardHarm);
  const strayed = moved.filter(
    ({ owners, movable }) => movable && !owners.every((owner) => owner.startsWith(`${journey.gen2Root}-`)),
  );
  prove(
    'everything that moves is owned by Gen 2 now',
    strayed.map(({ type, id }) => `${type} ${id}`),
  );

  narrator.chapter('And back: refactor --rollback');
  narrator.command('amplify gen2-migration refactor --rollback');
  const rollback = await timed(() => journey.step('refactor', '--rollback'));
  narrateOperations(rollback.value.result);
  narrator.done(`${operations(rollback.value)} (${rollback.seconds} s)`);
  prove(
    'both stack trees are as before: templates, parameters, outputs, tags, policies, owners',
    stackDifferences(before, await journey.stacks()),
  );
  prove('no production resource was harmed', await changesOfProduction(cloud));

  const requests = await cloud.requests();
  narrator.chapter('Totals');
  narrator.table(
    ['', ''],
    [
      ['Production resources', String(production.length)],
      ['Files generated', String(files.length)],
      ['Moves, there and back', String(countMoves(refactor.value.result) + countMoves(rollback.value.result))],
      ['Calls of the refactor and its rollback', String(requests.length - requestsBefore)],
      ['Violations in the ledger', '0'],
    ],
  );
}

/** @param {any} result */
function narrateOperations(result) {
  narrator.list((result.operations ?? []).map((operation) => operation.description));
}

/** @param {any} outcome */
function operations(outcome) {
  const count = outcome.result.operations?.length ?? 0;
  return count === 1 ? '1 operation' : `${count} operations`;
}

/** @param {any} result */
function countMoves(result) {
  return (result.operations ?? []).reduce((sum, operation) => sum + (operation.moves?.length ?? 0), 0);
}

/** Says that something holds, or ends the demonstration. @param {string} claim @param {string[]} counterexamples */
function prove(claim, counterexamples) {
  if (counterexamples.length) {
    throw new Error(`It does not hold that ${claim}:\n${counterexamples.join('\n')}`);
  }
  narrator.proved(claim);
}

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<{ value: T, seconds: string }>}
 */
async function timed(work) {
  const began = performance.now();
  const value = await work();
  return { value, seconds: ((performance.now() - began) / 1000).toFixed(1) };
}

/** @param {string} type */
function shortType(type) {
  return type.replace(/^AWS::/, '').replace('::', ' ');
}

/** `<stack>/<logical id>` without the logical id. @param {string} owner */
function stackName(owner) {
  return owner.split('/')[0];
}
