'use strict';

/** The terminal as host: the stand-alone command. */

const { createColors } = require('picocolors');
const { takeSignals } = require('./signals.js');

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
/** Some terminals do not tell their width. */
const USUAL_COLUMNS = 80;
const NARROWEST_TITLE = 10;
/** On Windows output is written later; leaving does not wait longer than this for it. */
const LAST_WORDS_MS = 300;

/**
 * @param {{ input?: NodeJS.ReadStream, output?: NodeJS.WriteStream, errors?: NodeJS.WriteStream }} [streams]
 * @returns {import('./host.js').Host}
 */
function terminalHost({ input = process.stdin, output = process.stdout, errors = process.stderr } = {}) {
  for (const stream of [output, errors]) ignoreClosedReader(stream);
  const style = createColors(hasColors(output));
  const errorStyle = createColors(hasColors(errors));
  return {
    command: 'amplify-gen2-migration',
    interactive: Boolean(input.isTTY && errors.isTTY),
    style,
    width: (output.isTTY && output.columns) || undefined,
    announce() {},
    print: (text) => void output.write(`${text}\n`),
    printData: (text) => void output.write(`${text}\n`),
    printWarning: (text) => void errors.write(`${errorStyle.yellow(text)}\n`),
    printError: (text) => void errors.write(`${errorStyle.red(text)}\n`),
    log: (text) => void errors.write(`${errorStyle.dim(text)}\n`),
    fail: (_error, text) => void errors.write(`${text}\n`),
    confirm: (question, signal) => confirm(question, signal, input, errors),
    spinner: () => (errors.isTTY ? createSpinner(errors, errorStyle) : undefined),
    credentials: async () => ({}),
    onSignal: takeSignals,
    exit(exitCode) {
      setTimeout(() => process.exit(exitCode), LAST_WORDS_MS);
      output.write('', () => errors.write('', () => process.exit(exitCode)));
    },
  };
}

/** @param {NodeJS.WriteStream} stream */
function hasColors(stream) {
  return Boolean(stream.isTTY && stream.hasColors());
}

/**
 * `… | head` closes our output; a migration must not die of it.
 * @param {NodeJS.WriteStream} stream
 */
function ignoreClosedReader(stream) {
  stream.on('error', (error) => {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPIPE') throw error;
  });
}

/**
 * @param {string} question
 * @param {AbortSignal} signal
 * @param {NodeJS.ReadStream} input
 * @param {NodeJS.WriteStream} output not stdout, which may be read by a program
 * @returns {Promise<boolean>}
 */
async function confirm(question, signal, input, output) {
  const readline = require('node:readline');
  const prompt = readline.createInterface({ input, output });
  try {
    const answer = await new Promise((resolve, reject) => {
      // In a terminal readline swallows Ctrl-C; the handler of the signal decides what it means.
      prompt.on('SIGINT', () => process.emit('SIGINT', 'SIGINT'));
      prompt.on('close', () => resolve(''));
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      prompt.question(`${question} (y/N) `, resolve);
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}

/**
 * @param {NodeJS.WriteStream} stream
 * @param {import('picocolors/types').Colors} style
 * @returns {import('./host.js').Spinner}
 */
function createSpinner(stream, style) {
  let text = '';
  let since = 0;
  let frame = 0;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  const draw = () => {
    const seconds = Math.floor((Date.now() - since) / 1000);
    const line = `${FRAMES[frame++ % FRAMES.length]} ${text}`;
    const elapsed = ` ${seconds} s`;
    const room = Math.max(NARROWEST_TITLE, (stream.columns || USUAL_COLUMNS) - elapsed.length - 1);
    stream.write(`\r\x1b[2K${line.length > room ? `${line.slice(0, room - 1)}…` : line}${style.dim(elapsed)}`);
  };

  return {
    show(next, startedAt) {
      text = next;
      since = startedAt;
      if (!timer) {
        timer = setInterval(draw, FRAME_MS);
        timer.unref();
      }
      draw();
    },
    hide() {
      if (!timer) return;
      clearInterval(timer);
      timer = undefined;
      stream.write('\r\x1b[2K');
    },
  };
}

module.exports = { terminalHost };
