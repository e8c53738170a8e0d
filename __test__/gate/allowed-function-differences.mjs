/** Differences of a function that its code does not notice, each with the reason. No rule knows an app. */
import { canonical } from './differences.mjs';

const LAMBDA_DEFAULTS = {
  Architectures: ['x86_64'],
  'EphemeralStorage.Size': 512,
  MemorySize: 128,
  PackageType: 'Zip',
  Timeout: 3,
  'TracingConfig.Mode': 'PassThrough',
};
/** What Amplify's bundle puts in the place of a secret; the start of the function replaces it. */
const RESOLVED_AT_START = '<value will be resolved during runtime>';
const SEARCH_FUNCTION = 'OpenSearchStreamingLambdaFunction';
/** `defineFunction` takes no older one. */
const OLDEST_RUNTIME = 18;

/** Runtimes that Lambda makes no new functions for, Node's apart. */
const RETIRED = /^(python(2\.\d|3\.[6-9])|java8|dotnetcore.*|dotnet[5-7](\.0)?|go1\.x|provided)$/;
const languageOf = (runtime) =>
  /^(python|java|dotnet)/.exec(String(runtime))?.[1] ?? (/^(go1|provided)/.test(String(runtime)) ? 'own' : runtime);

/** @type {import('./allowance.mjs').Allowance<import('./compare-functions.mjs').FunctionDifference, {names: {environment: string, branch: string}, restApiNames: Map<string, string>}>[]} */
export const ALLOWED_FUNCTION_DIFFERENCES = [
  {
    id: 'lambda-default',
    reason: 'One generation writes the default of Lambda, the other leaves it out.',
    covers: ({ path, gen1, gen2 }) =>
      path in LAMBDA_DEFAULTS &&
      (gen1 === undefined || gen2 === undefined) &&
      canonical(gen1 ?? gen2) === canonical(LAMBDA_DEFAULTS[path]),
  },
  {
    id: 'branch-for-environment',
    reason: 'ENV names the environment in Gen 1 and the branch in Gen 2.',
    covers: ({ path, gen1, gen2 }, { names }) =>
      path === 'Environment.Variables.ENV' && gen1 === names.environment && gen2 === names.branch,
  },
  {
    id: 'rest-api-name',
    reason: 'A REST API is made anew, with the branch in its name; clients find it in the outputs by that name.',
    covers: ({ path, gen1, gen2 }, { restApiNames }) =>
      /^Environment\.Variables\./.test(path) && gen2 !== undefined && restApiNames.get(String(gen1)) === gen2,
  },
  {
    id: 'amplify-runtime',
    reason: 'Gen 2 functions are told where their secrets and references are.',
    covers: ({ path, gen1, gen2 }) =>
      gen1 === undefined &&
      /^Environment\.Variables\./.test(path) &&
      (path.endsWith('.AMPLIFY_SSM_ENV_CONFIG') || gen2 === RESOLVED_AT_START),
  },
  {
    id: 'secret',
    reason: 'Gen 1 names the parameter of the secret, Gen 2 puts its value there when the function starts.',
    covers: ({ path, gen1, gen2 }) =>
      /^Environment\.Variables\./.test(path) && String(gen1).startsWith('/amplify/') && gen2 === RESOLVED_AT_START,
  },
  {
    id: 'private-answer',
    reason: "The answer to the one question that the CLI's trigger templates mark as private is a secret in Gen 2.",
    covers: ({ path, gen2 }) => path === 'Environment.Variables.RECAPTCHASECRET' && gen2 === RESOLVED_AT_START,
  },
  {
    id: 'secret-path',
    reason: 'The function reads the parameter of the secret itself, which Amplify keeps at a path of the branch.',
    covers: ({ path, gen1, gen2 }) => {
      const [, secret] = /^\/amplify\/[^/]+\/[^/]+\/AMPLIFY_(\w+)$/.exec(String(gen1)) ?? [];
      const [, now] = /^\/amplify\/\w+\/\w+-branch-[0-9a-f]{10}\/(\w+)$/.exec(String(gen2)) ?? [];
      return (
        /^Environment\.Variables\./.test(path) && now !== undefined && (secret === now || secret?.endsWith(`_${now}`))
      );
    },
  },
  {
    id: 'name-of-branch',
    reason:
      'Two resources cannot have one name as long as Gen 1 lives: Gen 2 has the branch in the place of the environment.',
    covers: ({ path, gen1, gen2 }, { names }) =>
      /^\w*Name$/.test(path) &&
      typeof gen1 === 'string' &&
      [names.branch, `gen2-${names.branch}`].some((branch) => gen1.replaceAll(names.environment, branch) === gen2),
  },
  {
    id: 'runtime-too-old',
    reason: 'Gen 2 makes no functions with a Node this old.',
    covers: ({ path, gen1, gen2 }) => {
      const [before, now] = [gen1, gen2].map((runtime) => Number(/^nodejs(\d+)/.exec(runtime)?.[1]));
      return path === 'Runtime' && before < OLDEST_RUNTIME && now >= OLDEST_RUNTIME;
    },
  },
  {
    id: 'runtime-retired',
    reason: 'Lambda makes no new functions for this runtime; Gen 2 takes a later one of the same language.',
    covers: ({ path, gen1, gen2 }) =>
      path === 'Runtime' &&
      RETIRED.test(String(gen1)) &&
      !RETIRED.test(String(gen2)) &&
      languageOf(gen1) === languageOf(gen2),
  },
  {
    id: 'transformer-runtime',
    reason:
      "The function that fills the search domain is the transformer's own: each generation brings its code and runtime.",
    covers: ({ name, path }) => name === SEARCH_FUNCTION && path === 'Runtime',
  },
  {
    id: 'search-region',
    reason: 'Either generation cuts the region out of the ARN of its own search domain.',
    covers: ({ name, path, gen1, gen2 }) =>
      name === SEARCH_FUNCTION &&
      path === 'Environment.Variables.OPENSEARCH_REGION' &&
      [gen1, gen2].every((value) => /^⟦Fn::Select\(\[3,.*Fn::Split.*OpenSearchDomain\.Arn/.test(String(value))),
  },
  {
    id: 'api-stage',
    reason: 'The address of the REST API ends with its own stage.',
    covers: ({ path, gen1, gen2 }) => {
      const withoutStage = (url) =>
        /^(https:\/\/[^/⟦]*(?:⟦[^⟦⟧]*⟧)?\.execute-api\.[^/]+)(?:\/[^/]*)?\/?$/.exec(String(url))?.[1];
      return (
        /^Environment\.Variables\./.test(path) &&
        withoutStage(gen1) !== undefined &&
        withoutStage(gen1) === withoutStage(gen2)
      );
    },
  },
];
