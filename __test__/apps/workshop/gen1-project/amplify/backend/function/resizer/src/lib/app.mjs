import { createRequire } from 'node:module';

import { rename } from './names.mjs';

const require = createRequire(import.meta.url);
const { extname } = require('node:path');

export const run = async (event) => (event.Records ?? []).map(({ s3 }) => rename(s3.object.key, extname(s3.object.key)));
