/** A host that keeps what it is told, and answers as it was told. */
import picocolors from 'picocolors';

/**
 * @param {{ interactive?: boolean, answer?: boolean | (() => boolean | Promise<boolean>), credentials?: object }} [options]
 */
export function hostDouble({ interactive = true, answer = false, credentials = {} } = {}) {
  /** @type {((signal: string) => void)[]} */
  const handlers = [];
  const seen = { output: '', errors: '', log: '', questions: [], failures: [], exits: [] };
  const append = (key) => (text) => void (seen[key] += `${text}\n`);
  return {
    seen,
    signal: (name) => handlers.forEach((handler) => handler(name)),
    command: 'amplify-gen2-migration',
    interactive,
    style: picocolors.createColors(false),
    width: undefined,
    announce() {},
    print: append('output'),
    printData: append('output'),
    printWarning: append('errors'),
    printError: append('errors'),
    log: append('log'),
    fail(error, text) {
      seen.failures.push(error);
      seen.errors += `${text}\n`;
    },
    async confirm(question, signal) {
      seen.questions.push(question);
      if (typeof answer !== 'function') return answer;
      return Promise.race([
        answer(),
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ]);
    },
    spinner: () => undefined,
    credentials: async () => credentials,
    onSignal(handler) {
      handlers.push(handler);
      return () => void handlers.splice(handlers.indexOf(handler), 1);
    },
    exit: (code) => void seen.exits.push(code),
  };
}
