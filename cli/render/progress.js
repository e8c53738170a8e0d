'use strict';

const { printable } = require('./printable.js');

/** Without a terminal, a long wait is reported again after this time, so that a log shows that it goes on. */
const REPEAT_MS = 60_000;

const OUTCOMES = { done: '', 'already-done': 'was done before', unchanged: 'nothing to change' };

/**
 * Events as a spinner and lasting lines in a terminal, as plain lines elsewhere.
 * @param {import('../host/host.js').Host} host
 */
function createProgress(host) {
  const { style } = host;
  const spinner = host.spinner();
  /** @type {Map<string, string>} */
  const titles = new Map();
  let lastWait = { target: '', status: '', at: 0 };
  let filesWritten = 0;

  /** @param {string} text */
  const line = (text) => {
    spinner?.hide();
    host.print(text);
  };
  /** @param {string} text */
  const busy = (text) => (spinner ? spinner.show(text) : host.print(text));

  return {
    /** @param {import('../../index.js').MigrationEvent} event */
    event(event) {
      switch (event.type) {
        case 'phase':
          busy(printable(event.message));
          break;
        case 'validated':
          busy(`Validated: ${printable(event.validation.name)}`);
          break;
        case 'operation-started': {
          const title = `[${event.index}/${event.total}] ${printable(event.message)}`;
          titles.set(event.operation, title);
          busy(title);
          break;
        }
        case 'operation-finished': {
          const time = style.dim(` ${duration(event.elapsedMs)}`);
          line(
            `${style.green('✔')} ${titles.get(event.operation) ?? event.operation}${OUTCOMES[event.outcome]}${time}`,
          );
          break;
        }
        case 'waiting': {
          const { target, status, operation, elapsedMs } = event;
          const text = `${titles.get(operation) ?? operation}: ${printable(target)} ${printable(status)}`;
          if (spinner) spinner.show(text);
          else if (lastWait.target !== target || lastWait.status !== status || elapsedMs - lastWait.at >= REPEAT_MS) {
            host.print(`  ${text} (${duration(elapsedMs)})`);
            lastWait = { target, status, at: elapsedMs };
          }
          break;
        }
        case 'warning':
          spinner?.hide();
          host.printWarning(`⚠ ${printable(event.message)} (${event.code})`);
          break;
        case 'file-written':
          filesWritten += 1;
          spinner?.show(`${filesWritten} files written`);
          break;
      }
    },
    /** Takes the spinner away, before anything else is printed. */
    pause() {
      spinner?.hide();
    },
  };
}

/** @param {number} milliseconds */
function duration(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

module.exports = { createProgress };
