/** Registers the hooks of fresh-libraries-hooks.mjs in a worker. */
import { register } from 'node:module';

register('./fresh-libraries-hooks.mjs', import.meta.url);
