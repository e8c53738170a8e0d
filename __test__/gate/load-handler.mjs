/** Child process of handlers.mjs: imports a bundle and tells whether it exports the handler as a function. */
import { pathToFileURL } from 'node:url';

const [file, exported] = process.argv.slice(2);
try {
  const module = await import(pathToFileURL(file).href);
  const handler = module[exported] ?? module.default?.[exported];
  process.send(
    typeof handler === 'function'
      ? { ok: true }
      : {
          ok: false,
          error: `export ${exported} is ${typeof handler}, exported are: ${Object.keys(module).join(', ') || 'nothing'}`,
        },
  );
} catch (error) {
  process.send({ ok: false, error: String(error?.stack ?? error).slice(0, 1500) });
}
