'use strict';

/**
 * @param {import('../../index.js').Migration} migration
 * @returns {string} app and environment, as far as they are known
 */
function target({ appName, appId, envName, projectDir }) {
  // A project whose Gen 1 backend was replaced does not tell its environment.
  if (!envName) return projectDir;
  const app = appName ?? appId;
  return app ? `${app}/${envName}` : envName;
}

/**
 * @param {import('../../index.js').Migration} migration
 * @param {import('../../index.js').Plan} plan
 */
function question(migration, plan) {
  return `${plan.rollback ? 'Roll back' : 'Execute'} '${plan.step}' on environment '${target(migration)}'?`;
}

module.exports = { question, target };
