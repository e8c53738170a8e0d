'use strict';

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM']);

/**
 * Takes the signals that ask to stop, away from whoever had them: the Amplify CLI would leave at once, in the middle of
 * a mutation. They are given back by the function that is returned.
 * @param {(signal: string) => void} handler
 * @returns {() => void}
 */
function takeSignals(handler) {
  const before = SIGNALS.map((signal) => /** @type {const} */ ([signal, process.rawListeners(signal)]));
  for (const signal of SIGNALS) {
    process.removeAllListeners(signal);
    process.on(signal, handler);
  }
  return () => {
    for (const [signal, listeners] of before) {
      process.removeListener(signal, handler);
      for (const listener of listeners) process.on(signal, /** @type {NodeJS.SignalsListener} */ (listener));
    }
  };
}

module.exports = { takeSignals };
