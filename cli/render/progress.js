'use strict';

const { printable } = require('./printable.js');

/** Without a terminal, a long wait is reported again after this time, so that a log shows that it goes on. */
const REPEAT_MS = 60_000;

const OUTCOMES = { done: '', 'already-done': 'was done before', unchanged: 'nothing to change' };

/**
 * @typedef {object} Running an operation
 * @property {string} title
 * @property {number} startedAt
 * @property {string} waitingFor what was last reported of a wait
 * @property {number} reportedAt milliseconds of the wait at that time
 */

/**
 * Events as a spinner and lasting lines in a terminal, as plain lines elsewhere.
 * @param {import('../host/host.js').Host} host
 */
function createProgress(host) {
  const { style } = host;
  const spinner = host.spinner();
  /** What is running, by the id of the operation; disjoint stacks are worked on side by side. @type {Map<string, Running>} */
  const running = new Map();
  let filesWritten = 0;

  /** @param {string} text */
  const line = (text) => {
    spinner?.hide();
    host.print(text);
  };
  /** @param {string} text */
  const busy = (text) => (spinner ? spinner.show(text, Date.now()) : host.print(text));

  /** @param {string} operation @returns {Running} */
  const runningOne = (operation) =>
    running.get(operation) ?? { title: operation, startedAt: Date.now(), waitingFor: '', reportedAt: 0 };

  return {
    /** @param {import('../../index.js').MigrationEvent} event */
    event(event) {
      switch (event.type) {
        case 'phase':
          busy(printable(event.message));
          break;
        case 'validated':
          spinner?.show(`Validated: ${printable(event.validation.name)}`, Date.now());
          break;
        case 'operation-started': {
          const title = `[${event.index}/${event.total}] ${printable(event.message)}`;
          running.set(event.operation, { title, startedAt: Date.now(), waitingFor: '', reportedAt: 0 });
          busy(title);
          break;
        }
        case 'operation-finished': {
          const { title } = runningOne(event.operation);
          const outcome = [OUTCOMES[event.outcome], style.dim(duration(event.elapsedMs))].filter(Boolean).join(', ');
          // A terminal shows the title only while the operation runs; plain lines have it already.
          line(`${style.green('✔')} ${spinner ? title : numberOf(title)} ${outcome}`);
          running.delete(event.operation);
          for (const other of running.values()) spinner?.show(other.title, other.startedAt);
          break;
        }
        case 'waiting': {
          const one = runningOne(event.operation);
          const waitingFor = `${printable(event.target)} ${printable(event.status)}`;
          if (spinner) spinner.show(`${one.title}: ${waitingFor}`, one.startedAt);
          else if (waitingFor !== one.waitingFor || event.elapsedMs - one.reportedAt >= REPEAT_MS) {
            host.print(`  ${numberOf(one.title)} ${waitingFor} (${duration(event.elapsedMs)})`);
            running.set(event.operation, { ...one, waitingFor, reportedAt: event.elapsedMs });
          }
          break;
        }
        case 'warning':
          spinner?.hide();
          host.printWarning(`⚠ ${printable(event.message)} (${event.code})`);
          break;
        case 'file-written':
          filesWritten += 1;
          spinner?.show(`${filesWritten} files written`, Date.now());
          break;
      }
    },
    /** Takes the spinner away, before anything else is printed. */
    pause() {
      spinner?.hide();
    },
  };
}

/** @param {string} title `[3/7] ...` */
function numberOf(title) {
  return title.split(' ', 1)[0];
}

/** @param {number} milliseconds */
function duration(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

module.exports = { createProgress };
