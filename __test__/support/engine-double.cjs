'use strict';

/**
 * A stand-in for the engine, so that the command line can be tested in states that no real project gets it into at will:
 * a failing validation, a long execution, a cancelled one. It has the shape of index.js and keeps its rules.
 *
 * @typedef {object} Scenario
 * @property {object} [assessment]
 * @property {object[]} [operations]
 * @property {object[]} [nextDeployment]
 * @property {object[]} [validations]
 * @property {string[]} [implications]
 * @property {object[]} [findings]
 * @property {string[]} [planFiles] what writeOperations writes
 * @property {string[]} [files] what executing writes
 * @property {number} [operationMs] time that each operation takes
 * @property {{ code: string, message: string, resolution: string, details: object, suppressed?: object[] }} [failsWith] executing fails
 * @property {boolean} [planFails] planning fails, with the same error
 * @property {number} [planMs] time that planning takes
 */

const { setTimeout: sleep } = require('node:timers/promises');

/** @param {Scenario} scenario */
function engineDouble(scenario) {
  /** What the command line called, in order. @type {unknown[][]} */
  const calls = [];

  const failure = ({ suppressed = [], ...fields }) =>
    Object.assign(new Error(fields.message), fields, { name: 'MigrationError', suppressed: suppressed.map(failure) });

  class Plan {
    constructor(step, options) {
      this.step = step;
      this.rollback = Boolean(options.rollback);
      this.operations = scenario.operations ?? [operation('op-1'), operation('op-2')];
      this.implications = scenario.implications ?? ['The environment cannot be pushed any more.'];
      this.findings = scenario.findings ?? [];
      this.nextDeployment = scenario.nextDeployment ?? [];
      this.executable = false;
    }

    async validate(onEvent) {
      calls.push(['validate']);
      const validations = scenario.validations ?? [validation('Lock Status', 'passed')];
      for (const one of validations) onEvent?.({ type: 'validated', validation: one });
      return this.#report(validations);
    }

    skipValidations() {
      calls.push(['skipValidations']);
      return this.#report([]);
    }

    #report(validations) {
      const valid = validations.every(({ status }) => status !== 'failed');
      this.executable = valid;
      return { valid, validations };
    }

    async writeOperations(directory) {
      calls.push(['writeOperations', directory]);
      return scenario.planFiles ?? [];
    }

    async execute(onEvent, signal) {
      calls.push(['execute']);
      if (!this.executable)
        throw failure({ code: 'PLAN_NOT_VALIDATED', message: 'not validated', resolution: 'x', details: {} });
      const executed = [];
      const total = this.operations.length;
      for (const [index, { id, description: message }] of this.operations.entries()) {
        if (signal?.aborted) return { status: 'cancelled', executed, skipped: [], files: [], nextSteps: [] };
        onEvent?.({ type: 'operation-started', operation: id, index: index + 1, total, message });
        if (scenario.operationMs) {
          onEvent?.({ type: 'waiting', operation: id, target: 'stack-a', status: 'UPDATE_IN_PROGRESS', elapsedMs: 0 });
          await sleep(scenario.operationMs);
        }
        if (scenario.failsWith) throw failure(scenario.failsWith);
        executed.push(id);
        onEvent?.({ type: 'operation-finished', operation: id, outcome: 'done', elapsedMs: scenario.operationMs ?? 0 });
      }
      return { status: 'done', executed, skipped: [], files: scenario.files ?? [], nextSteps: ['Run the next step.'] };
    }
  }

  class Migration {
    static async open(options, onEvent) {
      calls.push(['open', options]);
      onEvent?.({ type: 'phase', name: 'read-project', message: 'Reading the project' });
      return new Migration(options);
    }

    constructor(options) {
      this.projectDir = options.projectDir;
      this.envName = options.envName ?? 'main';
      this.appName = 'notes';
      this.appId = 'd1234';
    }

    async assess() {
      calls.push(['assess']);
      return (
        scenario.assessment ?? { appName: 'notes', environment: 'main', resources: [], features: [], findings: [] }
      );
    }

    async plan(step, options) {
      calls.push(['plan', step, options]);
      if (scenario.planMs) await sleep(scenario.planMs);
      if (scenario.planFails) throw failure(scenario.failsWith);
      return new Plan(step, options);
    }
  }

  const requiredIamPolicy = () => ({ Version: '2012-10-17', Statement: [] });
  return { calls, Migration, requiredIamPolicy };
}

function operation(id, more = {}) {
  return { id, kind: 'update-stack', group: 'Project', description: `Operation ${id}`, moves: [], files: [], ...more };
}

function validation(name, status, more = {}) {
  return { name, description: `Checks ${name}`, status, ...more };
}

module.exports = { engineDouble, operation, validation };
