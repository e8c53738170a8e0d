/** Runs one case and judges it. */
import { describeFault } from './faults.mjs';
import { Site } from './site.mjs';
import { interfere } from './third-party.mjs';

/**
 * @typedef {import('./cases.mjs').Case} Case
 *
 * @typedef {object} CaseResult
 * @property {string} scenario
 * @property {string} id
 * @property {Case['group']} group
 * @property {string[]} struck what happened to its runs
 * @property {number} runs of the tool
 * @property {number} resumes runs that went on with what an earlier one had begun
 * @property {number} rollbacks runs that took back
 * @property {number} stopped runs that ended with a coded error
 * @property {string} [refusal] code of the error with which the last run stopped, where a third party made that right
 * @property {string} [refusalText] its message
 * @property {number} violations that the ledger reports
 * @property {string[]} problems
 * @property {number} seconds
 */

/**
 * @param {Site} site
 * @param {Case} one
 * @returns {Promise<CaseResult>}
 */
export async function runCase(site, one) {
  const since = Date.now();
  /** @type {CaseResult} */
  const result = {
    scenario: site.scenario.name,
    id: one.id,
    group: one.group,
    struck: [],
    runs: 0,
    resumes: 0,
    rollbacks: 0,
    stopped: 0,
    violations: 0,
    problems: [],
    seconds: 0,
  };
  await site.return(one.from);
  if (one.group === 'third-party') await thirdPartyCourse(site, one, result);
  else await faultCourse(site, one, result);
  result.seconds = Math.round((Date.now() - since) / 100) / 10;
  return result;
}

/** @param {Site} site @param {Case} one @param {CaseResult} result */
async function faultCourse(site, one, result) {
  // Neither a rollback that has ended nor a run that was stopped before it began leaves a journal that tells where to: it is
  // named then, as a user would have to.
  let isFromAnywhere = one.group === 'random';
  let earlier = null;
  for (const { direction, faults } of one.attempts) {
    count(result, direction, earlier);
    earlier = direction;
    const { outcome, killed, struck } = await strike(site, one, direction, isFromAnywhere, faults);
    result.struck.push(...struck);
    if (killed) continue;
    const planned = faults.map(describeFault).join(', ');
    if (outcome.code === 0) {
      isFromAnywhere = true;
      const left = await site.problems(Site.goal(direction));
      result.problems.push(...left.map((problem) => `${direction} under ${planned} says done, but ${problem}`));
    } else {
      result.stopped += 1;
      result.problems.push(...poorError(outcome).map((problem) => `${direction} under ${planned}: ${problem}`));
      if (outcome.result?.error?.code === 'JOURNAL_COPY_REFUSED') {
        isFromAnywhere = true;
        const left = await site.problems(one.from);
        result.problems.push(...left.map((problem) => `${direction} under ${planned} did not begin, but ${problem}`));
      }
    }
  }
  if (one.group === 'single' && result.struck.length === 0) result.problems.push('the fault never struck');
  count(result, one.last, earlier);
  const outcome = await site.run(site.command(one.last, isFromAnywhere));
  if (outcome.code !== 0) {
    result.problems.push(
      `the last run ended with ${outcome.code}: ${JSON.stringify(outcome.result?.error ?? outcome.stderr)}`,
    );
  }
  result.problems.push(...(await site.problems(Site.goal(one.last))));
  result.violations = (await site.cloud.ledger()).violations.length;
}

/**
 * A run under faults. Where the one fault of a case is to strike a write of the journal's copy that this run does not come
 * to, it strikes an earlier one in another run.
 * @param {Site} site
 * @param {Case} one
 * @param {import('./cases.mjs').Direction} direction
 * @param {boolean} isFromAnywhere
 * @param {import('./faults.mjs').PlannedFault[]} faults
 * @returns {Promise<import('./site.mjs').Struck>}
 */
async function strike(site, one, direction, isFromAnywhere, faults) {
  const done = await site.runUnder(site.command(direction, isFromAnywhere), faults);
  const [fault] = faults;
  if (one.group !== 'single' || fault.on !== 'copies' || fault.index === 1 || done.struck.length > 0) return done;
  await site.return(one.from);
  return strike(site, one, direction, isFromAnywhere, [{ ...fault, index: fault.index - 1 }]);
}

/** @param {Site} site @param {Case} one @param {CaseResult} result */
async function thirdPartyCourse(site, one, result) {
  const [{ direction, thirdParty }] = one.attempts;
  if (!thirdParty) throw new Error(`${one.id} has no third party`);
  count(result, direction, null);
  /** @type {import('./third-party.mjs').Interference|null} */
  let done = null;
  const { outcome, isReached, call } = await site.runWhile(site.command(direction), thirdParty.index, async () => {
    done = await interfere(site, thirdParty.kind, direction);
  });
  if (!isReached || !done) {
    result.problems.push(`call ${thirdParty.index} was never made`);
    return;
  }
  const interference = /** @type {import('./third-party.mjs').Interference} */ (done);
  result.struck.push(`${thirdParty.kind} before ${call}${interference.effect ? `: ${interference.effect}` : ''}`);
  const first = await endOf(result, outcome, direction);
  judgeBeside(first, interference, direction, result);
  count(result, one.last, direction);
  const last = await endOf(result, await site.run(site.command(one.last, first.code === 0)), one.last);
  judgeBeside(last, interference, one.last, result);
  if (last.code !== 0) Object.assign(result, { refusal: last.error, refusalText: last.text });
  else result.problems.push(...(await interference.problems(Site.goal(one.last))));
  result.problems.push(...(await interference.losses()));
  result.violations = (await interference.losses()).length;
}

/**
 * @param {CaseResult} result
 * @param {import('../support/journey.mjs').StepOutcome} outcome
 * @param {string} direction
 * @returns {Promise<{ code: number|null, error?: string, text?: string }>}
 */
async function endOf(result, outcome, direction) {
  if (outcome.code === 0) return { code: 0 };
  result.stopped += 1;
  result.problems.push(...poorError(outcome).map((problem) => `${direction}: ${problem}`));
  const { code, message } = outcome.result?.error ?? {};
  return { code: outcome.code, error: code, text: message };
}

/**
 * @param {{ code: number|null, error?: string }} end
 * @param {import('./third-party.mjs').Interference} interference
 * @param {string} direction
 * @param {CaseResult} result
 */
function judgeBeside(end, interference, direction, result) {
  if (end.code !== 0 && !interference.mayStop) {
    result.problems.push(`${direction} stopped with ${end.error}, although nothing stood in its way`);
  }
}

/** What an error lacks that a user needs. @param {import('../support/journey.mjs').StepOutcome} outcome @returns {string[]} */
function poorError(outcome) {
  const error = outcome.result?.error;
  if (!error?.code || !error.message || !error.resolution) {
    return [
      `ended with ${outcome.code ?? outcome.signal} without a whole error: ${JSON.stringify(error ?? outcome.stderr)}`,
    ];
  }
  return error.code === 'INTERNAL_ERROR' ? [`ended with an internal error: ${JSON.stringify(error)}`] : [];
}

/** @param {CaseResult} result @param {string} direction @param {string|null} earlier */
function count(result, direction, earlier) {
  result.runs += 1;
  if (earlier === direction) result.resumes += 1;
  if (direction === 'back') result.rollbacks += 1;
}

/** One line for people. @param {CaseResult} result */
export function describeResult({ scenario, id, struck, problems, refusal, refusalText, seconds }) {
  const state = problems.length === 0 ? 'ok  ' : 'FAIL';
  const stop = refusal ? ` (stops: ${refusal}: ${refusalText})` : '';
  const lines = problems.map((problem) => `\n       ${problem}`).join('');
  return `${state} ${scenario} ${id}: ${struck.join(', ') || 'not struck'}${stop} ${seconds.toFixed(1)} s${lines}`;
}
