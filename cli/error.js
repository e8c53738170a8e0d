'use strict';

/**
 * Errors made on the Node side, in the shape of those that come from the engine.
 * @typedef {import('../index.js').MigrationError} MigrationError
 */

/**
 * @param {object} fields
 * @param {string} fields.code stable name in SCREAMING_SNAKE_CASE
 * @param {string} fields.message names the thing
 * @param {string} fields.resolution the way out, in full sentences
 * @param {Record<string, unknown>} [fields.details]
 * @param {string} [fields.link]
 * @param {unknown} [fields.cause]
 * @returns {MigrationError}
 */
function migrationError({ code, message, resolution, details = {}, link, cause }) {
  const error = new Error(message, cause === undefined ? undefined : { cause });
  const fields = { name: 'MigrationError', code, resolution, details, suppressed: [], ...(link ? { link } : {}) };
  return /** @type {MigrationError} */ (Object.assign(error, fields));
}

/**
 * @param {unknown} error
 * @returns {error is MigrationError}
 */
function isMigrationError(error) {
  return error instanceof Error && typeof Reflect.get(error, 'resolution') === 'string';
}

/**
 * Any failure as a coded error; one that nobody foresaw is a defect of ours and says so.
 * @param {unknown} failure
 * @returns {MigrationError}
 */
function asMigrationError(failure) {
  if (isMigrationError(failure)) return failure;
  return migrationError({
    code: 'INTERNAL_ERROR',
    message: `An internal error occurred: ${failure instanceof Error ? failure.message : String(failure)}`,
    resolution:
      'This is a defect of amplify-gen2-migration; please report it with the output of --debug. ' +
      'What was done so far is in the journal: the same command goes on from there, and --rollback undoes it.',
    cause: failure,
  });
}

module.exports = { migrationError, isMigrationError, asMigrationError };
