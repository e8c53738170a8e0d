/** One process of the campaign: prepares a scenario and runs its share of the cases. Started by `campaign.mjs`. */
import { randomCase, singleFaultCases, thirdPartyCases } from './cases.mjs';
import { runCase } from './course.mjs';
import { Random } from './random.mjs';
import { before } from './scenarios.mjs';
import { Site } from './site.mjs';

/**
 * @typedef {object} Task
 * @property {string} app
 * @property {'lock'|'refactor'} step
 * @property {number} seed
 * @property {string[]} groups `single`, `third-party`
 * @property {number[]} randomNumbers
 * @property {string} [only] id of the one case to run
 * @property {number} every of the cases of the groups only every so many
 * @property {[number, number]} share which part of how many
 * @property {string[]} done ids that need no second run
 *
 * @typedef {{ size: import('./cases.mjs').Size, possible: { single: number, thirdParty: number } }} Prepared
 * @typedef {{ prepared: Prepared } | { result: import('./course.mjs').CaseResult } | { failure: string }} Message
 */

/** The case that runs is finished, so that nothing is left lying about. */
let isStopping = false;
for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.once(event, () => (isStopping = true));

/** @param {Message} message */
function tell(message) {
  return new Promise((resolve) => (process.connected ? process.send?.(message, resolve) : resolve(undefined)));
}

/** @param {Task} task */
async function work({ app, step, seed, groups, randomNumbers, only, every, share: [part, parts], done }) {
  const scenario = await before(app, step);
  try {
    const site = await Site.of(scenario);
    const { size } = site;
    const single = singleFaultCases(size, seed);
    const thirdParty = step === 'refactor' ? thirdPartyCases(size, seed) : [];
    await tell({ prepared: { size, possible: { single: single.length, thirdParty: thirdParty.length } } });
    const random = randomNumbers.map((number) => randomCase(size, scenario.name, seed, number));
    const sampled = [
      ...(groups.includes('single') ? single : []),
      ...(groups.includes('third-party') ? thirdParty : []),
    ];
    // In random order, so that a campaign that is broken off has seen something of everything.
    const order = new Random(`${scenario.name}/${seed}`).sample(sampled, Math.ceil(sampled.length / every));
    const cases = only
      ? [...single, ...thirdParty, ...onlyRandom(only, size, scenario.name, seed)].filter(({ id }) => id === only)
      : [...random, ...order].filter((one, position) => position % parts === part && !done.includes(one.id));
    for (const one of cases) {
      if (isStopping) break;
      await tell({ result: await runCase(site, one) });
    }
  } finally {
    await scenario.journey.end();
  }
}

/** @param {string} id @param {import('./cases.mjs').Size} size @param {string} scenario @param {number} seed */
function onlyRandom(id, size, scenario, seed) {
  const [, number] = /^random\/(\d+)$/.exec(id) ?? [];
  return number ? [randomCase(size, scenario, seed, Number(number))] : [];
}

process.once('message', async (task) => {
  try {
    await work(/** @type {Task} */ (task));
  } catch (error) {
    await tell({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
  if (process.connected) process.disconnect();
});
