'use strict';

const { FLAGS, STEPS } = require('./arguments.js');

/**
 * The help, of everything or of one step.
 * @param {string} command how the host is called
 * @param {import('./arguments.js').StepName} [topic]
 */
function help(command, topic) {
  return topic ? stepHelp(command, topic) : overview(command);
}

/** @param {string} command */
function overview(command) {
  return [
    'Takes a deployed AWS Amplify Gen 1 environment to Gen 2 without losing data.',
    '',
    `Usage: ${command} <step> [flags]`,
    '',
    'Steps, in this order:',
    ...columns(STEPS.map(({ name, summary }) => [name, summary])),
    '',
    'Flags of every step:',
    ...flagLines(FLAGS.filter(({ steps }) => !steps)),
    '',
    `\`${command} help <step>\` lists the other flags of a step.`,
    'Exit codes: 0 done, planned or declined; 1 failed, or assess found something unsupported; 2 wrong usage.',
  ].join('\n');
}

/**
 * @param {string} command
 * @param {import('./arguments.js').StepName} topic
 */
function stepHelp(command, topic) {
  const own = FLAGS.filter(({ steps }) => steps?.includes(topic));
  return [
    STEPS.find(({ name }) => name === topic)?.summary ?? '',
    '',
    `Usage: ${command} ${topic} [flags]`,
    '',
    'Flags:',
    ...flagLines([...own, ...FLAGS.filter(({ steps }) => !steps)]),
  ].join('\n');
}

/** @param {import('./arguments.js').Flag[]} flags */
function flagLines(flags) {
  return columns(flags.map(({ name, value, help: text }) => [`--${name}${value ? ` ${value}` : ''}`, text]));
}

/** @param {string[][]} rows */
function columns(rows) {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`);
}

module.exports = { help };
