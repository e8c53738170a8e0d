'use strict';

/**
 * The API of the package, and the entry points that the Amplify CLI calls. The native addon is loaded when it is first
 * needed, so that help costs nothing.
 */

const { isMigrationError, migrationError } = require('./cli/error.js');

/** Oldest Node.js that has the Node-API version of the addon. */
const LOWEST_NODE = [20, 3];

/** @type {any} */
let loaded;

const addon = {
  /** @returns {any} */
  get binding() {
    loaded ??= load();
    return loaded;
  },
  get Migration() {
    return this.binding.Migration;
  },
  get Plan() {
    return this.binding.Plan;
  },
  get CancelToken() {
    return this.binding.CancelToken;
  },
  get requiredIamPolicy() {
    return this.binding.requiredIamPolicy;
  },
  get __napiBindingTarget() {
    return this.binding.__napiBindingTarget;
  },
};

function load() {
  requireNode();
  /** @type {any} */
  const binding = requireBinding();
  acceptJavaScriptArguments(binding);
  return binding;
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > LOWEST_NODE[0] || (major === LOWEST_NODE[0] && minor >= LOWEST_NODE[1])) return;
  throw migrationError({
    code: 'NODE_TOO_OLD',
    message: `Node.js ${process.versions.node} is too old for amplify-gen2-migration.`,
    resolution: `Install Node.js ${LOWEST_NODE.join('.')} or newer.`,
    details: { found: process.versions.node, needed: LOWEST_NODE.join('.') },
  });
}

function requireBinding() {
  try {
    return require('./binding.js');
  } catch (error) {
    throw loadingError(error);
  }
}

/** @param {unknown} error what the generated loader threw: one error, and each attempt in the chain of causes */
function loadingError(error) {
  const attempts = [];
  for (let cause = /** @type {any} */ (error); cause; cause = cause.cause)
    attempts.push(String(cause.message ?? cause));
  const details = { platform: process.platform, arch: process.arch, node: process.versions.node, attempts };
  const oldLibrary = attempts.find((text) => /GLIBC(XX)?_[\d.]+|version .* not found/.test(text));
  if (oldLibrary) {
    return migrationError({
      code: 'NATIVE_BINARY_TOO_NEW',
      message: `The native binary of amplify-gen2-migration needs a newer C library than this machine has: ${oldLibrary}`,
      resolution:
        'Use a newer release of the operating system (or a container of one), or build the package on this machine from its sources with `npm run build:release`.',
      details,
      cause: error,
    });
  }
  if (attempts.some((text) => text.startsWith('Unsupported OS') || text.startsWith('Unsupported architecture'))) {
    return migrationError({
      code: 'PLATFORM_NOT_SUPPORTED',
      message: `There is no native binary of amplify-gen2-migration for ${process.platform} on ${process.arch}.`,
      resolution:
        'Use Linux (x64, arm64), macOS (x64, arm64) or Windows (x64), or build the package from its sources with `npm run build:release`.',
      details,
      cause: error,
    });
  }
  return migrationError({
    code: 'NATIVE_BINARY_MISSING',
    message: `The native binary of amplify-gen2-migration for ${process.platform} on ${process.arch} could not be loaded.`,
    resolution:
      'Install the package again without `--omit=optional` and for this platform (remove node_modules and package-lock.json first); in a checkout of its sources run `npm run build`.',
    details,
    cause: error,
  });
}

/**
 * The addon takes cancel tokens, milliseconds and callbacks that never throw; JavaScript has abort signals, dates and
 * callbacks that may throw. Done on the classes themselves, so that `instanceof` holds for everybody.
 * @param {any} binding
 */
function acceptJavaScriptArguments({ Migration, Plan, CancelToken }) {
  const { open } = Migration;
  Migration.open = (/** @type {any} */ options, /** @type {unknown} */ onEvent) =>
    settle(() => open.call(Migration, openOptions(options), listener(onEvent)));

  const { assess, plan } = Migration.prototype;
  Migration.prototype.assess = function (/** @type {unknown} */ onEvent) {
    return settle(() => assess.call(this, listener(onEvent)));
  };
  Migration.prototype.plan = function (
    /** @type {unknown} */ step,
    /** @type {unknown} */ options,
    /** @type {unknown} */ onEvent,
  ) {
    return settle(() => plan.call(this, step, options, listener(onEvent)));
  };

  const { validate, execute, writeOperations } = Plan.prototype;
  Plan.prototype.validate = function (/** @type {unknown} */ onEvent) {
    return settle(() => validate.call(this, listener(onEvent)));
  };
  Plan.prototype.writeOperations = function (/** @type {unknown} */ directory) {
    return settle(() => writeOperations.call(this, directory));
  };
  Plan.prototype.execute = function (/** @type {unknown} */ onEvent, /** @type {unknown} */ signal) {
    return settle(async () => {
      const { token, release } = cancellation(CancelToken, signal);
      try {
        return await execute.call(this, listener(onEvent), token);
      } finally {
        release();
      }
    });
  };
}

/**
 * Every failure of a call, an argument of the wrong type included, is a rejected promise with a coded error.
 * @template T
 * @param {() => Promise<T>} call
 * @returns {Promise<T>}
 */
async function settle(call) {
  try {
    return await call();
  } catch (error) {
    if (isMigrationError(error)) throw error;
    throw invalidArgument(error instanceof Error ? error.message : String(error), error);
  }
}

/**
 * @param {string} message
 * @param {unknown} [cause]
 */
function invalidArgument(message, cause) {
  return migrationError({
    code: 'INVALID_ARGUMENT',
    message: `The call has an invalid argument: ${message}`,
    resolution: 'Correct the call; index.d.ts describes its arguments. Nothing was changed.',
    cause,
  });
}

/** @param {any} options */
function openOptions(options) {
  if (options === null || typeof options !== 'object') return options;
  const { credentials, refreshCredentials } = options;
  return {
    ...options,
    ...(credentials ? { credentials: withMilliseconds(credentials) } : {}),
    ...(typeof refreshCredentials === 'function'
      ? { refreshCredentials: async () => withMilliseconds(await refreshCredentials()) }
      : {}),
  };
}

/** @param {any} credentials */
function withMilliseconds(credentials) {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
  const keys = { accessKeyId, secretAccessKey, sessionToken: sessionToken ?? undefined };
  if (expiration === undefined || expiration === null) return keys;
  const milliseconds = new Date(expiration).getTime();
  if (Number.isNaN(milliseconds)) throw invalidArgument('`expiration` of the credentials is not a date.');
  return { ...keys, expiration: milliseconds };
}

/**
 * A callback that throws must not break a running migration: what it threw becomes a warning of the process.
 * @param {unknown} onEvent
 */
function listener(onEvent) {
  if (onEvent === undefined || onEvent === null) return undefined;
  if (typeof onEvent !== 'function') throw invalidArgument('`onEvent` is not a function.');
  return (/** @type {unknown} */ event) => {
    try {
      onEvent(event);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error), 'MigrationEventListener');
    }
  };
}

/**
 * @param {any} CancelToken
 * @param {any} signal
 * @returns {{ token: any, release: () => void }}
 */
function cancellation(CancelToken, signal) {
  if (signal === undefined || signal === null) return { token: undefined, release() {} };
  if (signal instanceof CancelToken) return { token: signal, release() {} };
  if (typeof signal.aborted !== 'boolean' || typeof signal.addEventListener !== 'function') {
    throw invalidArgument('`signal` is neither an AbortSignal nor a CancelToken.');
  }
  const token = new CancelToken();
  const cancel = () => token.cancel();
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  return { token, release: () => signal.removeEventListener('abort', cancel) };
}

// Written out one by one: tools that read the names of a CommonJS module without running it understand this form.
Object.defineProperty(exports, 'Migration', {
  enumerable: true,
  get: function () {
    return addon.Migration;
  },
});
Object.defineProperty(exports, 'Plan', {
  enumerable: true,
  get: function () {
    return addon.Plan;
  },
});
Object.defineProperty(exports, 'CancelToken', {
  enumerable: true,
  get: function () {
    return addon.CancelToken;
  },
});
Object.defineProperty(exports, 'requiredIamPolicy', {
  enumerable: true,
  get: function () {
    return addon.requiredIamPolicy;
  },
});
Object.defineProperty(exports, '__napiBindingTarget', {
  enumerable: true,
  get: function () {
    return addon.__napiBindingTarget;
  },
});

/** @param {object} context the context of the Amplify CLI */
exports.executeAmplifyCommand = (context) => require('./cli/plugin.js').executeAmplifyCommand(context);

/**
 * @param {object} context the context of the Amplify CLI
 * @param {object} args the event
 */
exports.handleAmplifyEvent = (context, args) => require('./cli/plugin.js').handleAmplifyEvent(context, args);
