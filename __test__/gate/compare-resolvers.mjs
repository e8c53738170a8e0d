/**
 * Compares what resolves each field of the GraphQL API: the functions of its pipeline in their order, their templates and
 * their data sources. Templates of the user's own must be the same to the byte and stand in the same place; those that a
 * generation makes from the schema are its own.
 */
import fs from 'node:fs';
import path from 'node:path';
import { withAllowance } from './allowance.mjs';
import { differences } from './differences.mjs';
import { all, ownApiStack } from './pairing.mjs';
import { nameResources, resourceNames } from './resource-names.mjs';
import { assetSources } from './stack-tree.mjs';
import { asToken, mapStrings } from './tokens.mjs';

/**
 * @typedef {object} ResolverDifference
 * @property {string} field such as `Query.getPost`
 * @property {string} path such as `Functions.2.Request`
 * @property {unknown} gen1
 * @property {unknown} gen2
 * @property {{id: string, reason: string}} [allowed]
 *
 * @typedef {object} ResolverComparison
 * @property {boolean} ok
 * @property {string[]} compared fields
 * @property {number} own templates of the user's own that were compared
 * @property {ResolverDifference[]} differences
 *
 * @typedef {object} TemplateTexts where the texts of templates are found
 * @property {Map<string, string>} own text of each file that the user wrote in `resolvers/`, by name
 * @property {(location: string) => string|undefined} asset text of a file of the assembly, by its location in S3
 */

/** Where functions run, in this order; `data` is what reads or writes. */
const SLOTS = [
  'init',
  'preAuth',
  'auth',
  'postAuth',
  'preDataLoad',
  'preUpdate',
  'preSubscribe',
  'data',
  'postDataLoad',
  'postUpdate',
  'finish',
];
const SLOT = new RegExp(`(${SLOTS.filter((slot) => slot !== 'data').join('|')})\\d+Function$`);
/** What the transformer writes inline in either generation. */
const GENERATED_TEXTS = new Set([
  '$util.toJson({})',
  '$util.toJson($ctx.result)',
  '$util.toJson($ctx.prev.result)',
  '$util.toJson($context.result)',
]);
const GENERATED = '<generated>';
const SETTINGS = ['CachingConfig', 'MaxBatchSize', 'MetricsConfig', 'Runtime'];
const DATA_SOURCE_SETTINGS = [
  'Type',
  'DynamoDBConfig',
  'ElasticsearchConfig',
  'EventBridgeConfig',
  'HttpConfig',
  'LambdaConfig',
  'MetricsConfig',
  'OpenSearchServiceConfig',
  'RelationalDatabaseConfig',
];

/** How resolvers of `@predictions` keep the name of the bucket. */
const STASHED_BUCKET = '$ctx.stash.put("s3Bucket", "';
const withoutBucket = (/** @type {unknown} */ text) => String(text).replace(/(put\("s3Bucket", ")[^"]*/, '$1');

/** @type {import('./allowance.mjs').Allowance<ResolverDifference, undefined>[]} */
const ALLOWED = [
  {
    id: 'rule-written-out',
    reason: 'What has no rule in Gen 1 gets one that means the same: Gen 2 checks it with a function of its own.',
    covers: ({ path: place, gen1, gen2 }) =>
      gen1 === undefined &&
      (/^Functions\.auth 0\.Source\./.test(place) ||
        (/^Functions\.auth 0\.(Request|Response)$/.test(place) && gen2 === GENERATED)),
  },
  {
    id: 'bucket-of-predictions',
    reason: 'The bucket has its own name on every branch, and that of Gen 1 once it is moved.',
    covers: ({ path: place, gen1, gen2 }) =>
      place === 'Request' && String(gen1).includes(STASHED_BUCKET) && withoutBucket(gen1) === withoutBucket(gen2),
  },
  {
    id: 'field-without-source',
    reason:
      'A resolver that Gen 2 makes from the schema and that has no data source but NONE gives nothing to anybody.',
    covers: ({ path: place, gen1, gen2 }) => place === 'Sources' && gen1 === undefined && gen2 === 'NONE',
  },
];

/**
 * @param {import('./pairing.mjs').Pairing} pairing
 * @param {import('./evaluate.mjs').EvaluatedTree} gen1
 * @param {import('./evaluate.mjs').EvaluatedTree} gen2
 * @param {TemplateTexts} texts
 * @returns {ResolverComparison}
 */
export function compareResolvers(pairing, gen1, gen2, texts) {
  const [names1, names2] = [resourceNames(gen1), resourceNames(gen2)];
  const views1 = resolversOf(gen1, (holder, property) => gen1Text(holder, property, texts));
  const written = new Set([...views1.values()].flatMap(textsOf).filter((text) => text !== GENERATED));
  const views2 = resolversOf(gen2, (holder, property) => gen2Text(holder, property, texts, written));
  const found = [...new Set([...views1.keys(), ...views2.keys()])].sort().flatMap((field) => {
    const [one, other] = [views1.get(field), views2.get(field)];
    const list =
      one && other
        ? differences(
            pairing.translate(nameResources(withBuckets(one, names1), [names1])),
            nameResources(other, [names2, names1]),
          )
        : [{ path: 'Sources', gen1: one && sourceTypes(one), gen2: other && sourceTypes(other) }];
    return list.map((difference) => withAllowance({ field, ...difference }, ALLOWED));
  });
  return {
    ok: found.every((one) => one.allowed),
    compared: [...views1.keys()],
    own: [...views1.values()].flatMap(textsOf).filter((text) => text !== GENERATED).length,
    differences: found,
  };
}

/**
 * Texts of the user's templates, from the project beside the deployed stacks, and of an assembly's assets.
 * @param {string} assembly
 * @param {string} [projectDir] the Gen 1 project
 * @returns {TemplateTexts}
 */
export function templateTexts(assembly, projectDir) {
  const own = new Map();
  for (const tree of ['backend', '#current-cloud-backend']) {
    const apis = projectDir ? path.join(projectDir, 'amplify', tree, 'api') : '';
    if (!projectDir || !fs.existsSync(apis)) continue;
    for (const api of fs.readdirSync(apis)) {
      const folder = path.join(apis, api, 'resolvers');
      if (!fs.existsSync(folder)) continue;
      for (const file of fs.readdirSync(folder))
        if (/\.(vtl|js)$/.test(file)) own.set(file, fs.readFileSync(path.join(folder, file), 'utf8'));
    }
  }
  const sources = assetSources(assembly);
  return {
    own,
    asset: (location) => {
      const hash = /[0-9a-f]{64}/.exec(location)?.[0];
      const file = hash && sources.get(hash);
      return file ? fs.readFileSync(path.join(assembly, file), 'utf8') : undefined;
    },
  };
}

/** Templates of the transformer name the bucket of @predictions by its name: a token in its place. */
function withBuckets(view, names) {
  const buckets = [...names].filter(([name]) => name.startsWith('s3 '));
  return mapStrings(view, (text) =>
    buckets.reduce((result, [name, bucket]) => result.replaceAll(`"${name.slice(3)}"`, `"${bucket}"`), text),
  );
}

/** @returns {Map<string, object>} what resolves each field, by `Type.field` */
function resolversOf(tree, textOf) {
  const sources = new Map(all(tree, 'AWS::AppSync::DataSource').map((one) => [one.properties.Name, one]));
  const sourceOf = ({ DataSourceName: name }) => {
    if (name === undefined) return undefined;
    const place = asToken(name)?.place;
    const source = place ? tree.resources.get(place) : sources.get(name);
    return source
      ? Object.fromEntries(DATA_SOURCE_SETTINGS.map((one) => [one, targetOf(source.properties[one], tree)]))
      : String(name);
  };
  const settings = (properties) => Object.fromEntries(SETTINGS.map((name) => [name, properties[name]]));
  const templates = (holder) => ({
    Request: textOf(holder, 'RequestMappingTemplate'),
    Response: textOf(holder, 'ResponseMappingTemplate'),
    Code: textOf(holder, 'Code'),
  });
  const functionOf = (id) => {
    const found = tree.resources.get(asToken(id)?.place);
    if (!found) return ['data', { Missing: String(id) }];
    const { properties } = found;
    const slot = slotOf(properties.Name ?? '');
    return [slot, { Source: sourceOf(properties), ...templates(found), ...settings(properties) }];
  };
  return new Map(
    all(tree, 'AWS::AppSync::Resolver').map((resolver) => {
      const { properties } = resolver;
      const functions = (properties.PipelineConfig?.Functions ?? []).map(functionOf);
      if (checksRules(functions)) functions[0][0] = 'auth';
      const isPipeline = properties.Kind === 'PIPELINE';
      return [
        `${properties.TypeName}.${properties.FieldName}`,
        {
          Source: sourceOf(properties),
          ...settings(properties),
          ...around(templates(resolver), isPipeline && !ownApiStack(resolver)),
          ...bySlot(functions),
        },
      ];
    }),
  );
}

/** Fields with `@function` and the like have their rules checked by a function that ends otherwise. */
function slotOf(name) {
  return name.endsWith('AuthFN') ? 'auth' : (SLOT.exec(name)?.[1] ?? 'data');
}

/** A field that has its functions from elsewhere gets one of the transformer before them, without data. */
function checksRules([[slot, first] = [], [next] = []]) {
  return slot === 'data' && next === 'data' && first.Source?.Type === 'NONE' && first.Request === GENERATED;
}

/** Functions by slot and place in it: an object keeps the order that a list would lose in the comparison. */
function bySlot(functions) {
  const slots = functions.map(([slot]) => slot);
  const ranks = slots.map((slot) => SLOTS.indexOf(slot));
  const inOrder = ranks.every((rank, index) => index === 0 || ranks[index - 1] <= rank);
  const placed = functions.map(([slot, view], index) => {
    const before = slots.slice(0, index).filter((other) => other === slot).length;
    return [`${slot} ${before}`, view];
  });
  return { Functions: Object.fromEntries(placed), ...(inOrder ? {} : { Order: slots.join(', ') }) };
}

/** Either generation fills the stash with its own values before a generated pipeline. */
function around(templates, isGenerated) {
  if (!isGenerated) return templates;
  const stash = /\$util\.qr\(\$ctx\.stash\.put\("typeName"/;
  return Object.fromEntries(
    Object.entries(templates).map(([name, text]) => [name, stash.test(String(text)) ? GENERATED : text]),
  );
}

/** The region of a search domain is cut out of its ARN; the name of a table that is imported is cut out of its ARN. */
function targetOf(settings, tree) {
  if (settings?.Endpoint !== undefined && settings.AwsRegion !== undefined) return { Endpoint: settings.Endpoint };
  if (settings?.TableName === undefined) return settings;
  const { TableName: name, ...rest } = settings;
  const place = /⟦([^⟦⟧]*?)(?:\.(?:TableArn|Arn))?⟧/.exec(String(name))?.[1];
  return { ...rest, Table: tree.resources.has(place) ? `⟦${place}⟧` : name };
}

function gen1Text({ properties }, property, { own }) {
  const location = properties[`${property}S3Location`];
  if (location === undefined) return written(properties[property]);
  const file = String(location).split('/').at(-1);
  return own.get(file) ?? GENERATED;
}

function gen2Text({ properties }, property, { asset }, ofGen1) {
  const location = properties[`${property}S3Location`];
  const text = location === undefined ? properties[property] : asset(String(location));
  if (text === undefined) return location === undefined ? undefined : `unknown file ${location}`;
  return ofGen1.has(text) ? text : location === undefined ? written(text) : GENERATED;
}

function written(text) {
  return text === undefined || GENERATED_TEXTS.has(String(text).trim()) ? text && GENERATED : text;
}

function textsOf(view) {
  return [view, ...Object.values(view.Functions)]
    .flatMap((one) => [one.Request, one.Response, one.Code])
    .filter((text) => text !== undefined);
}

function sourceTypes(view) {
  const types = [view, ...Object.values(view.Functions)].map((one) => one.Source?.Type ?? one.Source).filter(Boolean);
  return [...new Set(types)].sort().join(', ');
}
