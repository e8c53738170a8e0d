/** Reads how many tests passed and failed from what the test runners print. */

/** @typedef {{ passed: number, failed: number }} Counts */

/** The lines in which the runners sum up. */
const SUMMARIES = [
  /^test result: .*$/gm, // cargo: one per test binary
  /^(?:#|ℹ) (?:pass|fail|cancelled) \d+$/gm, // node --test, with either of its reporters
  /^(?!test result).*\d (?:passed|failed|errors?)\b.* in [\d.]+s.*$/gm, // pytest
];

/**
 * @param {string} output
 * @param {number | null} exitCode of the runner; a runner that failed without naming a test counts as one failure, and
 *   so does one that ran no test at all
 * @returns {Counts}
 */
export function countTests(output, exitCode) {
  const plain = output.replace(/\u001b\[[\d;]*m/g, '');
  const summary = SUMMARIES.flatMap((lines) => plain.match(lines) ?? []).join('\n');
  const sum = (/** @type {RegExp} */ pattern) =>
    [...summary.matchAll(pattern)].reduce((total, [, before, behind]) => total + Number(before ?? behind), 0);
  const counts = {
    passed: sum(/(\d+) passed|pass (\d+)/g),
    failed: sum(/(\d+) (?:failed|errors?)\b|(?:fail|cancelled) (\d+)/g),
  };
  const silentFailure = counts.failed === 0 && (exitCode !== 0 || counts.passed === 0);
  return silentFailure ? { ...counts, failed: 1 } : counts;
}

/** @param {Counts} left @param {Counts} right */
export function addCounts(left, right) {
  return { passed: left.passed + right.passed, failed: left.failed + right.failed };
}
