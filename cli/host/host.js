'use strict';

/**
 * What a host does for the commands: how to print, to ask and to get credentials.
 *
 * @typedef {object} Host
 * @property {string} command how users call it, for example `amplify gen2-migration`
 * @property {boolean} interactive somebody can answer a question
 * @property {import('picocolors/types').Colors} style
 * @property {number | undefined} width columns of the terminal; undefined without one
 * @property {() => void} announce says once, before a step, what users have to know of this host
 * @property {(text: string) => void} print
 * @property {(text: string) => void} printData as it is, to stdout: for programs
 * @property {(text: string) => void} printWarning
 * @property {(text: string) => void} printError
 * @property {(text: string) => void} log a line of the debug log
 * @property {(error: import('../error.js').MigrationError, text: string) => void} fail shows why a step failed
 * @property {(question: string, signal: AbortSignal) => Promise<boolean>} confirm default no; rejects when the signal is aborted
 * @property {() => Spinner | undefined} spinner undefined without a terminal
 * @property {(flags: import('../arguments.js').Flags) => Promise<HostCredentials>} credentials
 * @property {(handler: (signal: string) => void) => () => void} onSignal takes SIGINT and SIGTERM; returns how to stop that
 * @property {(exitCode: number) => void} exit leaves at once
 *
 * @typedef {object} HostCredentials what the host knows and the SDK does not; empty: the default chain of the SDK
 * @property {import('../../index.js').Credentials} [credentials]
 * @property {() => Promise<import('../../index.js').Credentials>} [refreshCredentials]
 *
 * @typedef {object} Spinner
 * @property {(text: string, startedAt: number) => void} show starts it, or changes its text; it tells the time since `startedAt`
 * @property {() => void} hide removes it from the terminal
 */

module.exports = {};
