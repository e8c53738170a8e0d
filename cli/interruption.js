'use strict';

const { migrationError } = require('./error.js');

/** SIGINT and SIGTERM: the first asks to stop where that is safe, the second leaves at once. */
class Interruption {
  #controller = new AbortController();
  #release;

  /**
   * @param {import('./host/host.js').Host} host
   * @param {{ onFirst: (executing: boolean) => void, onSecond: () => void }} handlers
   */
  constructor(host, { onFirst, onSecond }) {
    /** Mutations are running. */
    this.executing = false;
    this.asking = false;
    this.#release = host.onSignal(() => {
      if (this.#controller.signal.aborted) return onSecond();
      this.#controller.abort(interrupted());
      if (!this.asking) onFirst(this.executing);
    });
  }

  get signal() {
    return this.#controller.signal;
  }

  /** Throws when somebody asked to stop. Called where nothing has been changed yet. */
  check() {
    this.#controller.signal.throwIfAborted();
  }

  /**
   * A question: a signal ends it.
   * @template T
   * @param {(signal: AbortSignal) => Promise<T>} question
   */
  async during(question) {
    this.asking = true;
    try {
      return await question(this.signal);
    } finally {
      this.asking = false;
    }
  }

  /** Gives the signals back. */
  end() {
    this.#release();
  }
}

function interrupted() {
  return migrationError({
    code: 'INTERRUPTED',
    message: 'Interrupted before anything was changed.',
    resolution: 'Run the same command again.',
  });
}

module.exports = { Interruption };
