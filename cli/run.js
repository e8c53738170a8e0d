'use strict';

/** One step, from opening the project to its result: the same for both hosts. */

const path = require('node:path');
const { commandLine } = require('./arguments.js');
const { asMigrationError, migrationError } = require('./error.js');
const { Interruption } = require('./interruption.js');
const { createReporter } = require('./render/reporter.js');

/**
 * @typedef {import('../index.js').Migration} Migration
 * @typedef {import('../index.js').Plan} Plan
 * @typedef {import('../index.js').Assessment} Assessment
 * @typedef {import('./arguments.js').StepName} StepName
 * @typedef {import('./arguments.js').Flags} Flags
 *
 * @typedef {object} Result the last line of `--json`
 * @property {StepName | null} step null: the command line named none
 * @property {'done' | 'planned' | 'declined' | 'failed'} status
 * @property {number} exitCode
 * @property {import('./error.js').MigrationError} [error]
 * @property {Assessment} [assessment]
 * @property {import('../index.js').Operation[]} [operations]
 * @property {import('../index.js').Finding[]} [findings]
 * @property {import('../index.js').PredictedChange[]} [nextDeployment]
 * @property {string[]} [files]
 */

/**
 * @param {{ step: StepName, flags: Flags }} invocation
 * @param {import('./host/host.js').Host} host
 * @param {() => import('./main.js').Engine} loadEngine
 * @returns {Promise<number>} exit code
 */
async function run({ step, flags }, host, loadEngine) {
  return new Run(step, flags, host, loadEngine).toResult();
}

class Run {
  /**
   * @param {StepName} step
   * @param {Flags} flags
   * @param {import('./host/host.js').Host} host
   * @param {() => import('./main.js').Engine} loadEngine
   */
  constructor(step, flags, host, loadEngine) {
    this.step = step;
    this.flags = flags;
    this.host = host;
    this.loadEngine = loadEngine;
    this.reporter = createReporter(flags, host, step);
    /** What is known of the result when something fails. @type {Partial<Result>} */
    this.known = {};
    this.interruption = new Interruption(host, {
      onFirst: (executing) => this.reporter.stopping(executing),
      onSecond: () => this.leaveAtOnce(),
    });
    this.onEvent = (/** @type {import('../index.js').MigrationEvent} */ event) => this.reporter.event(event);
  }

  async toResult() {
    try {
      const result = this.step === 'assess' ? await this.assess() : await this.change(this.step);
      return this.reporter.result({ step: this.step, ...this.known, ...result });
    } catch (failure) {
      const error = asMigrationError(failure);
      return this.reporter.result({ step: this.step, ...this.known, status: 'failed', exitCode: 1, error });
    } finally {
      this.interruption.end();
    }
  }

  /** @returns {Promise<Pick<Result, 'status' | 'exitCode'>>} */
  async assess() {
    if (this.flags.printIamPolicy) {
      this.reporter.iamPolicy(this.loadEngine().requiredIamPolicy());
      return { status: 'done', exitCode: 0 };
    }
    const migration = await this.open();
    const assessment = await migration.assess(this.onEvent);
    this.known.assessment = assessment;
    this.interruption.check();
    this.reporter.assessment(assessment);
    return { status: 'done', exitCode: isSupported(assessment) ? 0 : 1 };
  }

  /**
   * @param {import('../index.js').Step} step
   * @returns {Promise<Pick<Result, 'status' | 'exitCode'>>}
   */
  async change(step) {
    const { flags } = this;
    this.requireSomebodyToAsk();
    const migration = await this.open();
    const plan = await migration.plan(step, planOptions(flags), this.onEvent);
    this.known.operations = plan.operations;
    if (step === 'refactor') this.known.findings = plan.findings;
    if (step === 'refactor' && !flags.rollback) this.known.nextDeployment = plan.nextDeployment;
    // What is not carried over belongs to the result of generate; the engine answers from what the plan has read.
    if (step === 'generate' && !flags.rollback) this.known.assessment = await assessmentOf(migration, plan);
    this.interruption.check();
    await this.writeOperations(plan);

    const planOnly = flags.skipValidations && flags.validationsOnly;
    if (!planOnly) await this.validate(plan);
    if (!flags.validationsOnly || planOnly) this.reporter.plan(migration, plan);
    if (flags.validationsOnly) return { status: 'planned', exitCode: 0 };

    if (!(await this.isConfirmed(migration, plan))) return { status: 'declined', exitCode: 0 };
    return this.execute(plan);
  }

  /** A question that nobody can answer is found before anything is read, not after minutes of planning. */
  requireSomebodyToAsk() {
    if (this.flags.yes || this.flags.validationsOnly || this.host.interactive) return;
    throw migrationError({
      code: 'CONFIRMATION_IMPOSSIBLE',
      message: `The step \`${this.step}\` asks for a confirmation, but there is no terminal to ask in.`,
      resolution:
        'Give --yes to confirm beforehand. --validations-only with --skip-validations shows the plan without asking.',
      details: { step: this.step },
    });
  }

  async open() {
    const { flags } = this;
    const { Migration } = this.loadEngine();
    // Bringing the Gen 1 files back is a matter of this disk alone.
    const offline = flags.offline || (this.step === 'generate' && flags.rollback);
    const credentials = offline || flags.profile ? {} : await this.host.credentials(flags);
    const migration = await Migration.open(
      {
        projectDir: path.resolve(flags.project ?? '.'),
        envName: flags.env,
        offline,
        region: flags.region,
        profile: flags.profile,
        endpointUrl: flags.endpointUrl,
        ...credentials,
      },
      this.onEvent,
    );
    this.reporter.opened(migration);
    this.interruption.check();
    return migration;
  }

  /** @param {Plan} plan */
  async writeOperations(plan) {
    if (!this.flags.planOut) return;
    const files = await plan.writeOperations(path.resolve(this.flags.planOut));
    this.known.files = files;
    this.reporter.operationsWritten(this.flags.planOut, files);
  }

  /** @param {Plan} plan */
  async validate(plan) {
    const report = this.flags.skipValidations ? plan.skipValidations() : await plan.validate(this.onEvent);
    this.reporter.validations(report, Boolean(this.flags.skipValidations));
    this.interruption.check();
    if (report.valid) return;
    const failed = report.validations.filter(({ status }) => status === 'failed').map(({ name }) => name);
    throw migrationError({
      code: 'VALIDATION_FAILED',
      message: `${failed.length === 1 ? 'A validation' : `${failed.length} validations`} failed: ${failed.join(', ')}. Nothing was changed.`,
      resolution: this.flags.skipValidations
        ? 'These validations keep data safe and cannot be skipped. The report above says what each of them found.'
        : 'Mend what the report says and run the same command again. --skip-validations goes on without them, at your own risk.',
      details: { validations: report.validations.filter(({ status }) => status === 'failed') },
    });
  }

  /**
   * @param {Migration} migration
   * @param {Plan} plan
   */
  async isConfirmed(migration, plan) {
    if (this.flags.yes || plan.operations.length === 0) return true;
    const question = this.reporter.question(migration, plan);
    const confirmed = await this.interruption.during((signal) => this.host.confirm(question, signal));
    this.interruption.check();
    return confirmed;
  }

  /**
   * @param {Plan} plan
   * @returns {Promise<Pick<Result, 'status' | 'exitCode'>>}
   */
  async execute(plan) {
    this.interruption.check();
    this.interruption.executing = true;
    const report = await plan.execute(this.onEvent, this.interruption.signal);
    this.interruption.executing = false;
    this.known.files = [...(this.known.files ?? []), ...report.files];
    if (report.status === 'cancelled') {
      throw migrationError({
        code: 'CANCELLED',
        message: `The step \`${this.step}\` was stopped after ${report.executed.length + report.skipped.length} of ${plan.operations.length} operations.`,
        resolution: this.resumption(),
        details: { executed: report.executed, skipped: report.skipped },
      });
    }
    this.reporter.executed(report, plan);
    return { status: 'done', exitCode: 0 };
  }

  /** How to go on, and how to go back. */
  resumption() {
    const { command } = this.host;
    const again = commandLine(command, this.step, this.flags);
    if (this.flags.rollback || this.step === 'decommission') return `Go on with: ${again}`;
    const { noRollback, ...flags } = this.flags;
    return `Go on with: ${again}\nOr undo with: ${commandLine(command, this.step, { ...flags, rollback: true })}`;
  }

  leaveAtOnce() {
    const { executing } = this.interruption;
    const error = migrationError({
      code: 'INTERRUPTED',
      message: executing
        ? `The step \`${this.step}\` was left in the middle of an operation.`
        : `The step \`${this.step}\` was interrupted before it changed anything.`,
      resolution: executing
        ? this.resumption()
        : `Run it again with: ${commandLine(this.host.command, this.step, this.flags)}`,
    });
    this.host.exit(this.reporter.result({ step: this.step, ...this.known, status: 'failed', exitCode: 1, error }));
  }
}

/**
 * The assessment, with everything that the plan found.
 * @param {Migration} migration
 * @param {Plan} plan
 * @returns {Promise<Assessment>}
 */
async function assessmentOf(migration, plan) {
  return { ...(await migration.assess()), findings: plan.findings };
}

/** @param {Flags} flags */
function planOptions(flags) {
  return {
    rollback: flags.rollback,
    rollbackOnFailure: !flags.noRollback,
    branch: flags.branch,
    to: flags.to,
    mappings: flags.mappings && path.resolve(flags.mappings),
    outDir: flags.out && path.resolve(flags.out),
    frontend: flags.frontend,
    takeOver: flags.takeOver,
  };
}

/** @param {Assessment} assessment */
function isSupported({ resources, features }) {
  return [...resources, ...features].every(({ generate, refactor }) =>
    [generate, refactor].every(({ status }) => status !== 'unsupported'),
  );
}

module.exports = { run };
