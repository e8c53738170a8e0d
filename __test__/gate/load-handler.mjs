/**
 * Child process of handlers.mjs: imports a module, tells whether it exports the handler as a function, and with an event
 * calls it once and tells what came of it.
 */
import { pathToFileURL } from 'node:url';

/** Without a network most handlers have failed by then; one that has not waits for a service. */
const CALL_PATIENCE_MS = 3_000;

const [file, exported, event] = process.argv.slice(2);
try {
  const module = await import(pathToFileURL(file).href);
  const handler = module[exported] ?? module.default?.[exported];
  process.send(
    typeof handler === 'function'
      ? { ok: true, ...(event === undefined ? {} : { outcome: await call(handler, JSON.parse(event)) }) }
      : {
          ok: false,
          error: `export ${exported} is ${typeof handler}, exported are: ${Object.keys(module).join(', ') || 'nothing'}`,
        },
  );
} catch (error) {
  process.send({ ok: false, error: String(error?.stack ?? error).slice(0, 1500) });
}

/** As Lambda does: the answer is what is returned, or what is given to the callback or to the old methods of the context. */
async function call(handler, input) {
  return new Promise((resolve) => {
    const answered = (value) => resolve({ kind: 'answered', value: plain(value) });
    const threw = (error) =>
      resolve({ kind: 'threw', name: error?.name ?? typeof error, message: String(error?.message ?? error) });
    const callback = (error, value) => (error ? threw(error) : answered(value));
    const context = {
      functionName: 'gate',
      awsRequestId: 'gate',
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => 3000,
      done: callback,
      succeed: answered,
      fail: threw,
    };
    setTimeout(() => resolve({ kind: 'waited' }), CALL_PATIENCE_MS);
    process.on('uncaughtException', threw);
    process.on('unhandledRejection', threw);
    try {
      const returned = handler(input, context, callback);
      if (typeof returned?.then === 'function') returned.then(answered, threw);
      else if (handler.length < 3 && returned !== undefined) answered(returned);
    } catch (error) {
      threw(error);
    }
  });
}

function plain(value) {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value) ?? 'null');
}
