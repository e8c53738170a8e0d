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

/**
 * Which binding artifact the generated loader actually loaded: `'native'` for
 * a native addon, otherwise the `platformArchABI` of the WASI flavor. Every
 * flavor napi-rs can build is listed, because `NAPI_RS_NATIVE_LIBRARY_PATH`
 * can point the loader at a WASI artifact this package does not build itself.
 */
export declare const __napiBindingTarget: 'native' | 'wasm32-wasi' | 'wasm32-wasip1'

/**
 * Asks a running step to stop. The step ends after the mutation it is at, with the status `cancelled`, and the same
 * step planned again goes on from there.
 */
export declare class CancelToken {
  /** A token that nobody has used. */
  constructor()
  /** Asks to stop. Asking again changes nothing. */
  cancel(): void
  /** Whether somebody asked to stop. */
  get cancelled(): boolean
}

/**
 * One Gen 1 environment of one project: opened once, assessed and planned as often as needed.
 *
 * Every method that returns a promise rejects it with a `MigrationError`.
 */
export declare class Migration {
  /** Finds the project and its environment. Reads files and, unless `offline`, AWS; changes nothing. */
  static open(options: OpenOptions, onEvent?: (event: MigrationEvent) => void): Promise<Migration>
  /** Folder that holds `amplify/`. */
  get projectDir(): string
  /** Name of the Gen 1 environment. */
  get envName(): string
  /** Name of the Amplify app, when it is known. */
  get appName(): string | undefined
  /** Id of the Amplify app, when it is known. */
  get appId(): string | undefined
  /** Region of the environment, when it is known. */
  get region(): string | undefined
  /** Name of the environment's root stack, when it is known. */
  get rootStack(): string | undefined
  /** Tells what can be migrated. Changes nothing. */
  assess(onEvent?: (event: MigrationEvent) => void): Promise<Assessment>
  /** Plans a step. Reads everything the step needs; changes nothing. */
  plan(step: Step, options?: PlanOptions, onEvent?: (event: MigrationEvent) => void): Promise<Plan>
}

/**
 * What a step will do. Nothing has been changed yet.
 *
 * Executing needs `validate` (or `skipValidations`) to have passed, and is possible once.
 */
export declare class Plan {
  /** Name of the step. */
  get step(): Step
  /** The plan undoes the step. */
  get rollback(): boolean
  /** What will be done, in order. */
  get operations(): Array<Operation>
  /** What it means for the user, sentence by sentence. */
  get implications(): Array<string>
  /** What was seen while planning. */
  get findings(): Array<Finding>
  /** Refactor: what the next deployment of Gen 2 does to the resources that move, setting by setting; empty for other steps. */
  get nextDeployment(): Array<PredictedChange>
  /** Runs every validation of the step and reports all failures, not only the first. */
  validate(onEvent?: (event: MigrationEvent) => void): Promise<ValidationReport>
  /** Leaves out the validations of the step. What keeps data safe is checked all the same, and is in the report. */
  skipValidations(): ValidationReport
  /**
   * Writes the files of the planned operations (refactor: templates, parameters and mappings of each move) into a
   * folder that is absent or empty. Returns the names of the files.
   */
  writeOperations(directory: string): Promise<string[]>
  /**
   * Does what was planned. An aborted signal or a cancelled token ends it after the mutation it is at; the report
   * then has the status `cancelled`.
   */
  execute(onEvent?: (event: MigrationEvent) => void, signal?: AbortSignal | CancelToken): Promise<ExecutionReport>
}

/** What can be migrated. */
export interface Assessment {
  /** Name of the Amplify app, when it is known. */
  appName?: string
  /** Name of the Gen 1 environment. */
  environment: string
  /** Every resource of the app. */
  resources: Array<ResourceSupport>
  /** Advanced features: overrides, custom policies, ... */
  features: Array<FeatureSupport>
  /** What was seen and is not a cell of the tables. */
  findings: Array<Finding>
}

/**
 * What the next deployment of Gen 2 does to a setting of a resource that moves: `harmless` (changed in place, nobody notices),
 * `interrupt` (changed in place, users notice), `unprotected` (the resource or its data goes when its stack is deleted),
 * `unknown` (never to be taken for harmless), `refused` (the deployment fails), `replace` (a new, empty resource is made).
 */
export type ChangeEffect = 'harmless' | 'interrupt' | 'unprotected' | 'unknown' | 'refused' | 'replace'

/** AWS credentials. */
export interface Credentials {
  /** Access key id. */
  accessKeyId: string
  /** Secret access key. Never printed, logged or stored. */
  secretAccessKey: string
  /** Session token of temporary credentials. */
  sessionToken?: string
  /** When they expire: a date, a text that `Date` understands, or milliseconds since 1970. */
  expiration?: Date | string | number
}

/** What an execution did. */
export interface ExecutionReport {
  /** How it ended. */
  status: ExecutionStatus
  /** Ids of the operations that were carried out in this run, in order. */
  executed: Array<string>
  /** Ids of the operations that needed nothing: done before, or nothing to change. */
  skipped: Array<string>
  /** Files that were written, relative to the project or the output folder. */
  files: Array<string>
  /** What the user should do next, line by line. */
  nextSteps: Array<string>
}

/** How an execution ended: `done`, or `cancelled` between two mutations, in which case the same step goes on. */
export type ExecutionStatus = 'done' | 'cancelled'

/** Support of one advanced feature per step. */
export interface FeatureSupport {
  /** Name, for example `overrides`. */
  name: string
  /** File it was found in, with forward slashes. */
  path: string
  /** Support by the generate step. */
  generate: Support
  /** Support by the refactor step. */
  refactor: Support
}

/** One thing that was seen in the Gen 1 app. */
export interface Finding {
  /** Stable id of the kind of finding, for example `storage-imported`. */
  id: string
  /** How much it weighs. */
  severity: Severity
  /** Name of the feature, as in the assessment's table of advanced features. */
  feature: string
  /** What was seen, naming resource and stack. */
  message: string
  /** File it was seen in, relative to the project, with forward slashes. */
  path: string
  /** Line in that file, from 1. */
  line?: number
  /** What the user can do about it. */
  remedy: string
}

/** Progress of a step. `type` is the stable code of the event; more codes and more properties may be added. */
export type MigrationEvent =
  | { type: 'phase'; /** Stable name of the part, for example `read-stacks`. */
    name: string; /** What is done, for people. */
  message: string }
  | { type: 'validated'; /** Its outcome. */
  validation: Validation }
  | { type: 'operation-started'; /** Id of the operation in the plan. */
    operation: string; /** Position of the operation, from 1. */
    index: number; /** Number of operations. */
    total: number; /** What is done, for people. */
  message: string }
  | { type: 'operation-finished'; /** Id of the operation in the plan. */
    operation: string; /** What became of it. */
    outcome: OperationOutcome; /** Milliseconds it took. */
  elapsedMs: number }
  | { type: 'waiting'; /** Id of the operation in the plan. */
    operation: string; /** Stack, refactor or change set. */
    target: string; /** Status as AWS names it. */
    status: string; /** Milliseconds since the wait began. */
  elapsedMs: number }
  | { type: 'warning'; /** Stable code of the warning. */
    code: string; /** For people. */
  message: string }
  | { type: 'file-written'; /** Path relative to the project or the output folder. */
  path: string }

/** Where the project is, which of its environments is meant, and how to reach AWS. */
export interface OpenOptions {
  /** Folder that holds `amplify/`. */
  projectDir: string
  /** Name of the Gen 1 environment. Default: the current one, else the one marked as migrating, else the only one. */
  envName?: string
  /** Read files only: no credentials, no network. For `assess` and `generate`. */
  offline?: boolean
  /** AWS region. Default: the region of the environment. */
  region?: string
  /** Named profile of the shared AWS configuration files. */
  profile?: string
  /** Credentials. Default: the default chain of the AWS SDK (environment, profile, SSO, process). */
  credentials?: Credentials
  /** Called for new credentials when those given expire. */
  refreshCredentials?: () => Promise<Credentials>
  /** One endpoint for all services. Default: `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`, else the real ones. */
  endpointUrl?: string
}

/** One planned operation. */
export interface Operation {
  /** Stable id within the plan, for example `refactor-003`. */
  id: string
  /** Kind of operation, for example `move-resources`, `update-stack`, `write-file`, `set-stack-policy`. */
  kind: string
  /** What it belongs to: `Project`, or a resource as `category/name (service)`. */
  group: string
  /** What is done, in one sentence that names stacks, files and resources. */
  description: string
  /** Resources that change owner; empty for most kinds. */
  moves: Array<ResourceMove>
  /** Names of the files that `writeOperations` writes for it. */
  files: Array<string>
}

/** What became of an operation: `done`, `already-done` (by an earlier run), `unchanged` (there was nothing to change). */
export type OperationOutcome = 'done' | 'already-done' | 'unchanged'

/** How to plan a step. Options of other steps have no effect. */
export interface PlanOptions {
  /** Undo the step instead of doing it. */
  rollback?: boolean
  /** When executing fails, undo what was done. Default: true. */
  rollbackOnFailure?: boolean
  /** Name of the Gen 2 branch. Default: the current git branch. */
  branch?: string
  /** Refactor: name or ARN of the Gen 2 root stack. A rollback needs it only when there is no journal. */
  to?: string
  /** Refactor: file with explicit resource mappings. */
  mappings?: string
  /** Generate: folder, absent or empty, that receives the Gen 2 backend. Default: `amplify/` is replaced. */
  outDir?: string
  /** Generate: also edit the places in the app's own source that know Gen 1. */
  frontend?: boolean
  /** Lock and refactor: go on from a run of somebody else that did not end, without waiting for its lease to end by itself. */
  takeOver?: boolean
}

/** A setting of a moved resource that the next deployment of Gen 2 changes. */
export interface PredictedChange {
  /** What it belongs to: a resource as `category/name (service)`. */
  group: string
  /** CloudFormation type, for example `AWS::S3::Bucket`. */
  resourceType: string
  /** Physical id of the resource that moves. */
  physicalId: string
  /** Plain name of the Gen 2 stack that will own it. */
  stack: string
  /** Logical id there. */
  logicalId: string
  /** Property, with the names below it after dots, or the name of a policy such as `DeletionPolicy`. */
  property: string
  /** The value that it has; absent when it is not set. Secrets are not shown. */
  before?: string
  /** The value that it gets. */
  after?: string
  /** What that does. */
  effect: ChangeEffect
  /** It does not happen once `postRefactor()` is called in `amplify/backend.ts`. */
  avoidedByPostRefactor: boolean
  /** What users notice, or why it is refused. */
  note?: string
}

/** The IAM policy document that covers every AWS call of every step. */
export declare function requiredIamPolicy(): { Version: string, Statement: Array<Record<string, unknown>> }

/** A resource that moves from one stack to another. */
export interface ResourceMove {
  /** CloudFormation type, for example `AWS::S3::Bucket`. */
  resourceType: string
  /** Physical id, the same before and after. */
  physicalId: string
  /** Plain name of the stack it leaves. */
  sourceStack: string
  /** Logical id there. */
  sourceLogicalId: string
  /** Plain name of the stack it enters. */
  targetStack: string
  /** Logical id there. */
  targetLogicalId: string
}

/** Support of one resource per step. */
export interface ResourceSupport {
  /** Category, for example `storage`. */
  category: string
  /** Service, for example `S3`. */
  service: string
  /** Name of the resource. */
  resource: string
  /** Support by the generate step. */
  generate: Support
  /** Support by the refactor step. */
  refactor: Support
}

/**
 * How much a finding weighs: `blocker` (the step must not go on), `manual` (a human has to decide or to do something),
 * `warning` (works, but deserves attention), `info`.
 */
export type Severity = 'blocker' | 'manual' | 'warning' | 'info'

/** A step of the migration that has a plan. */
export type Step = 'lock' | 'generate' | 'refactor' | 'decommission'

/** A cell of the assessment's tables. */
export interface Support {
  /** Mark of the cell. */
  status: SupportStatus
  /** Why it is not supported, or what has to be done. */
  reason?: string
}

/** Mark of a cell: `supported` (the step carries it over), `unsupported` (the step leaves it out), `not-needed`. */
export type SupportStatus = 'supported' | 'unsupported' | 'not-needed'

/** A validation and its outcome. */
export interface Validation {
  /** Name as in the migration guide, for example `Lock Status`. */
  name: string
  /** What is checked. */
  description: string
  /** Its outcome. */
  status: ValidationStatus
  /** Why it failed or was not checked; everything that was found, one line each. */
  report?: string
  /** The way out. */
  resolution?: string
}

/** All validations of a step. */
export interface ValidationReport {
  /** No validation failed. One that was not checked does not count as failed. */
  valid: boolean
  /** In the order of the migration guide. */
  validations: Array<Validation>
}

/** Outcome of a validation. `not-checked` is neither good nor bad. */
export type ValidationStatus = 'passed' | 'failed' | 'not-checked'
