import { hostname } from 'node:os';

/** Already an ES module. */
export const handler = async () => ({ statusCode: 200, body: `first on ${hostname()}` });
