'use strict';

/** The Amplify CLI as host: its printer, prompter, credentials and errors. */

const { createColors } = require('picocolors');
const { migrationError } = require('../error.js');
const { takeSignals } = require('./signals.js');

/**
 * What is used of the context that the Amplify CLI hands to a plugin. Any part may be missing: the context differs
 * between the versions of the CLI.
 * @typedef {object} AmplifyContext
 * @property {{ argv?: string[], plugin?: string, command?: string, subCommands?: string[], options?: Record<string, unknown> }} [input]
 * @property {{ plugins?: { core?: { packageLocation?: string }[] } }} [pluginPlatform]
 * @property {{ info?: Function, warning?: Function, error?: Function }} [print]
 * @property {{ confirm?: (message: string, defaultValue?: boolean) => Promise<boolean> }} [prompt]
 * @property {{ invokePluginMethod?: Function, confirmPrompt?: (message: string, defaultValue?: boolean) => Promise<boolean> }} [amplify]
 *
 * @typedef {import('./host.js').Host & { failure: Error | undefined }} AmplifyHost
 */

/** Codes of failures that are ours to print: wrong use of a flag is no failure of the CLI. */
const PRINTED_BY_US = new Set(['WRONG_USAGE']);

/**
 * @param {AmplifyContext} context
 * @returns {AmplifyHost}
 */
function amplifyHost(context) {
  const prompts = hostModule(context, '@aws-amplify/amplify-prompts');
  const { AmplifyError } = hostModule(context, '@aws-amplify/amplify-cli-core') ?? {};
  const printer = prompts?.printer;
  const style = createColors(Boolean(process.stdout.isTTY && process.stdout.hasColors()));
  const printWith =
    (/** @type {string} */ own, /** @type {'info' | 'warning' | 'error'} */ old) => (/** @type {string} */ text) => {
      if (printer?.[own]) printer[own](text);
      else if (context.print?.[old]) context.print[old](text);
      else process.stdout.write(`${text}\n`);
    };
  const print = printWith('info', 'info');

  /** @type {AmplifyHost} */
  const host = {
    command: 'amplify gen2-migration',
    interactive: Boolean(process.stdin.isTTY) && !prompts?.isHeadless,
    style,
    width: (process.stdout.isTTY && process.stdout.columns) || undefined,
    failure: undefined,
    announce() {
      const { version } = require('../../package.json');
      print(
        style.dim(
          `amplify-gen2-migration ${version} runs this command, in place of the one that newer versions of the Amplify CLI have.`,
        ),
      );
    },
    print,
    printData: (text) => void process.stdout.write(`${text}\n`),
    printWarning: printWith('warn', 'warning'),
    printError: printWith('error', 'error'),
    log: (text) => void process.stderr.write(`${style.dim(text)}\n`),
    fail(error, text) {
      if (AmplifyError && !PRINTED_BY_US.has(error.code)) host.failure = amplifyError(AmplifyError, error);
      else print(text);
    },
    confirm: (question, signal) => confirm(context, prompts, question, signal),
    spinner: () =>
      process.stdout.isTTY && prompts?.AmplifySpinner ? spinner(new prompts.AmplifySpinner()) : undefined,
    credentials: (flags) => hostCredentials(context, flags),
    onSignal: takeSignals,
    exit: (exitCode) => process.exit(exitCode),
  };
  return host;
}

/**
 * A module of the CLI itself. It does not resolve from our folder, and it must be the CLI's own copy.
 * @param {AmplifyContext} context
 * @param {string} name
 * @returns {any} undefined: the CLI has none
 */
function hostModule(context, name) {
  const from = context.pluginPlatform?.plugins?.core?.[0]?.packageLocation;
  if (!from) return undefined;
  try {
    return require(require.resolve(name, { paths: [from] }));
  } catch {
    return undefined;
  }
}

/**
 * Only its own kind of error is shown with the way out; any other is reported to the user as a defect of the CLI.
 * @param {any} AmplifyError
 * @param {import('../error.js').MigrationError} error
 * @returns {Error}
 */
function amplifyError(AmplifyError, error) {
  const { code, message, resolution, link, suppressed } = error;
  const later = suppressed.map((other) => `While handling it: ${other.message} (${other.code})`);
  return new AmplifyError(
    'MigrationError',
    {
      message: `${message} (${code})`,
      resolution,
      code,
      ...(link ? { link } : {}),
      ...(later.length > 0 ? { details: later.join('\n') } : {}),
    },
    error,
  );
}

/**
 * @param {AmplifyContext} context
 * @param {any} prompts
 * @param {string} question
 * @param {AbortSignal} signal
 */
async function confirm(context, prompts, question, signal) {
  const ask = async () => {
    if (prompts?.prompter?.confirmContinue) return prompts.prompter.confirmContinue(question.trim());
    if (context.prompt?.confirm) return context.prompt.confirm(question, false);
    if (context.amplify?.confirmPrompt) return context.amplify.confirmPrompt(question, false);
    throw migrationError({
      code: 'CONFIRMATION_IMPOSSIBLE',
      message: 'This version of the Amplify CLI gives its plugins no way to ask.',
      resolution: 'Give --yes to confirm beforehand, or use the command amplify-gen2-migration.',
    });
  };
  /** @type {() => void} */
  let forget = () => {};
  const aborted = new Promise((_resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    forget = () => signal.removeEventListener('abort', onAbort);
  });
  try {
    return Boolean(await Promise.race([ask(), aborted]));
  } catch (failure) {
    // The CLI's prompter takes Ctrl-C itself and rejects with an empty text.
    if (failure !== '') throw failure;
    process.emit('SIGINT', 'SIGINT');
    return false;
  } finally {
    forget();
  }
}

/**
 * @param {{ start(text: string): void, resetMessage(text: string): void, stop(): void }} amplifySpinner
 * @returns {import('./host.js').Spinner}
 */
function spinner(amplifySpinner) {
  let running = false;
  let shown = '';
  let since = 0;
  /** @type {NodeJS.Timeout | undefined} */
  let clock;
  const text = () => `${shown} ${Math.floor((Date.now() - since) / 1000)} s`;
  return {
    show(next, startedAt) {
      shown = next;
      since = startedAt;
      if (running) return amplifySpinner.resetMessage(text());
      running = true;
      amplifySpinner.start(text());
      clock = setInterval(() => amplifySpinner.resetMessage(text()), 1000);
      clock.unref();
    },
    hide() {
      if (!running) return;
      running = false;
      clearInterval(clock);
      amplifySpinner.stop();
    },
  };
}

/**
 * The credentials that the CLI has for the environment; it knows more ways to them than the SDK (roles with MFA,
 * access key files, Studio).
 * @param {AmplifyContext} context
 * @param {import('../arguments.js').Flags} flags
 * @returns {Promise<import('./host.js').HostCredentials>}
 */
async function hostCredentials(context, { env, project }) {
  // The CLI speaks for the project it was called in, and for no other one.
  if (project !== undefined || !context.amplify?.invokePluginMethod) return {};
  const credentials = await loadCredentials(context, env);
  if (!credentials) return {};
  return {
    credentials,
    refreshCredentials: async () => (await loadCredentials(context, env)) ?? credentials,
  };
}

/**
 * @param {AmplifyContext} context
 * @param {string | undefined} env
 * @returns {Promise<import('../../index.js').Credentials | undefined>} undefined: the default chain of the SDK
 */
async function loadCredentials(context, env) {
  const invoke = (/** @type {string} */ method, /** @type {unknown[]} */ args) =>
    context.amplify?.invokePluginMethod?.(context, 'awscloudformation', undefined, method, args);
  let configuration;
  try {
    configuration = env
      ? await invoke('loadConfigurationForEnv', [context, env])
      : await invoke('loadConfiguration', [context]);
  } catch (failure) {
    const { message, details, resolution } =
      /** @type {{ message?: string, details?: string, resolution?: string }} */ (failure ?? {});
    const reason = [message ?? String(failure), details].filter(Boolean).join(': ');
    throw migrationError({
      code: 'HOST_CREDENTIALS_FAILED',
      message: `The Amplify CLI could not load the AWS credentials of the project: ${reason}`,
      resolution:
        resolution ?? 'Check the AWS profile of the project (`amplify configure project`), or name one with --profile.',
      cause: failure,
    });
  }
  if (configuration === undefined || configuration === null) return undefined;
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = configuration.credentials ?? configuration;
  if (!accessKeyId || !secretAccessKey) {
    throw migrationError({
      code: 'HOST_CREDENTIALS_MISSING',
      message:
        'The Amplify CLI has a configuration for the project, but no AWS keys in it; a role may not have been assumed.',
      resolution: 'Check the AWS profile of the project (`amplify configure project`), or name one with --profile.',
    });
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}

module.exports = { amplifyHost };
