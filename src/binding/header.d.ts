/**
 * Why a call failed. Every promise of this package is rejected with one, and nothing else is thrown.
 */
export interface MigrationError extends Error {
  name: 'MigrationError';
  /** Stable, machine-readable name, for example `PROJECT_NOT_FOUND`. */
  code: string;
  /** What can be done about it, in full sentences. */
  resolution: string;
  /** The things that the message names: path, line, stack, resource, ... */
  details: Record<string, unknown>;
  /** A page that explains more. */
  link?: string;
  /** Failures while this one was being handled, in the order they happened. */
  suppressed: MigrationError[];
}

/**
 * Runs a step for the Amplify CLI (`amplify gen2-migration <step>`).
 * @param context the CLI's context
 */
export declare function executeAmplifyCommand(context: object): Promise<void>;

/**
 * Takes events of the Amplify CLI. None is needed; it exists because the CLI calls it.
 * @param context the CLI's context
 * @param args the event
 */
export declare function handleAmplifyEvent(context: object, args: object): Promise<void>;
