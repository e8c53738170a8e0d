/**
 * Permissions as single grants that can be compared: one effect, one action, one resource, one condition value each.
 */
import fs from 'node:fs';
import { roleByArn } from './pairing.mjs';
import { asToken } from './tokens.mjs';

/**
 * @typedef {object} Grant
 * @property {'Allow'|'Deny'} effect
 * @property {string} action may have wildcards; `not:` before it when the statement has `NotAction`
 * @property {string} resource an ARN or a pattern of ARNs; `not:` before it when the statement has `NotResource`
 * @property {ConditionClause[]} condition all must hold
 * @property {string} source place and name of the policy
 *
 * @typedef {object} ConditionClause
 * @property {string} operator
 * @property {string} key
 * @property {string} value
 */

const ACTIONS = JSON.parse(fs.readFileSync(new URL('./iam-actions.json', import.meta.url), 'utf8')).services;
const LOG_WRITING = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];

/** What AWS's own managed policies grant, as AWS documents them. */
const MANAGED_POLICIES = {
  'service-role/AWSLambdaBasicExecutionRole': { Statement: [{ Effect: 'Allow', Action: LOG_WRITING, Resource: '*' }] },
  'service-role/AWSLambdaVPCAccessExecutionRole': {
    Statement: [
      {
        Effect: 'Allow',
        Action: [
          ...LOG_WRITING,
          'ec2:CreateNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:DeleteNetworkInterface',
          'ec2:AssignPrivateIpAddresses',
          'ec2:UnassignPrivateIpAddresses',
        ],
        Resource: '*',
      },
    ],
  },
};

/**
 * All grants of a role: inline, attached policies anywhere in the tree, managed policies.
 * @param {import('./evaluate.mjs').EvaluatedTree} tree
 * @param {import('./evaluate.mjs').EvaluatedResource} role
 * @returns {Grant[]}
 */
export function grantsOfRole(tree, role) {
  const grants = (role.properties.Policies ?? []).flatMap((policy) =>
    grantsOf(policy.PolicyDocument, `${role.place} (${policy.PolicyName})`),
  );
  const attached = new Set();
  for (const reference of role.properties.ManagedPolicyArns ?? []) {
    const own = asToken(reference) ? tree.resources.get(asToken(reference).place) : undefined;
    if (own) attached.add(own);
    else grants.push(...managedGrants(String(reference), role.place));
  }
  for (const resource of tree.resources.values()) {
    const { Roles = [], RoleName } = resource.properties;
    const names =
      resource.type === 'AWS::IAM::RolePolicy'
        ? [RoleName]
        : ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].includes(resource.type)
          ? Roles
          : [];
    if (names.some((name) => roleByArn(tree, name) === role)) attached.add(resource);
  }
  for (const policy of attached) grants.push(...grantsOf(policy.properties.PolicyDocument, policy.place));
  return grants;
}

/**
 * Who may take a role on, as grants whose resource is the principal.
 * @param {import('./evaluate.mjs').EvaluatedResource} role
 */
export function trustOfRole(role) {
  return grantsOf(role.properties.AssumeRolePolicyDocument, `${role.place} (trust)`);
}

/**
 * Who may call a function, as grants whose resource is `<principal> <source>`.
 * @param {import('./evaluate.mjs').EvaluatedTree} tree
 * @param {import('./evaluate.mjs').EvaluatedResource} lambda
 * @returns {Grant[]}
 */
export function invokersOf(tree, lambda) {
  const isFor = (name) => {
    const bare = String(name).replace(/^arn:[^:]*:lambda:[^:]*:[^:]*:function:/, '');
    return asToken(bare)?.place === lambda.place || (bare !== '' && bare === lambda.properties.FunctionName);
  };
  return [...tree.resources.values()]
    .filter((resource) => resource.type === 'AWS::Lambda::Permission' && isFor(resource.properties.FunctionName))
    .map(
      ({ place, properties: { Action, Principal, SourceArn, SourceAccount, PrincipalOrgID, EventSourceToken } }) => ({
        effect: 'Allow',
        action: Action,
        resource: `${Principal} ${SourceArn ?? '*'}`,
        condition: Object.entries({ SourceAccount, PrincipalOrgID, EventSourceToken })
          .filter(([, value]) => value !== undefined)
          .map(([key, value]) => ({ operator: 'StringEquals', key, value })),
        source: place,
      }),
    );
}

/**
 * @param {any} document a policy document
 * @param {string} source
 * @returns {Grant[]}
 */
export function grantsOf(document, source) {
  return [document?.Statement ?? []].flat().flatMap((statement) => {
    const {
      Effect: effect = 'Allow',
      Action,
      NotAction,
      Resource,
      NotResource,
      Principal,
      NotPrincipal,
      Condition = {},
    } = statement;
    const actions = Action === undefined ? [`not:${[NotAction].flat().sort().join(',')}`] : [Action].flat();
    const resources =
      Resource !== undefined
        ? [Resource].flat()
        : NotResource !== undefined
          ? [`not:${[NotResource].flat().sort().join(',')}`]
          : principals(Principal, NotPrincipal);
    const conditions = conditionAlternatives(Condition);
    return actions.flatMap((action) =>
      resources.flatMap((resource) =>
        conditions.map((condition) => ({ effect, action, resource: String(resource), condition, source })),
      ),
    );
  });
}

/**
 * Whether everything that one grant covers is covered by the other.
 * @param {Grant} wide
 * @param {Grant} narrow
 */
export function covers(wide, narrow) {
  if (wide.effect !== narrow.effect) return false;
  if (
    !patternCovers(wide.action.toLowerCase(), narrow.action.toLowerCase()) ||
    !patternCovers(wide.resource, narrow.resource)
  )
    return false;
  return wide.condition.every((clause) =>
    narrow.condition.some(
      (given) =>
        given.operator === clause.operator &&
        given.key === clause.key &&
        (/Like/.test(clause.operator) ? patternCovers(clause.value, given.value) : given.value === clause.value),
    ),
  );
}

/**
 * The grant for every single action that a wildcard stands for; itself when it has none or the service is not known.
 * @param {Grant} grant
 * @returns {Grant[]}
 */
export function expandActions(grant) {
  if (!/[*?]/.test(grant.action)) return [grant];
  const [service, name] = grant.action.toLowerCase().split(':');
  const actions = ACTIONS[service]?.split(' ').filter((action) => patternCovers(name, action)) ?? [];
  return actions.length ? actions.map((action) => ({ ...grant, action: `${service}:${action}` })) : [grant];
}

/** Whether every text that the narrow pattern matches is matched by the wide one; a `*` of the narrow one needs a `*`. */
export function patternCovers(wide, narrow) {
  let [w, n] = [0, 0];
  let [star, resume] = [-1, 0];
  while (n < narrow.length) {
    if (w < wide.length && wide[w] === '*') {
      star = w++;
      resume = n;
    } else if (w < wide.length && (wide[w] === narrow[n] || (wide[w] === '?' && narrow[n] !== '*'))) {
      w++;
      n++;
    } else if (star >= 0) {
      w = star + 1;
      n = ++resume;
    } else return false;
  }
  while (wide[w] === '*') w++;
  return w === wide.length;
}

function managedGrants(arn, place) {
  const name = /:iam::aws:policy\/(.*)$/.exec(arn)?.[1];
  if (name in MANAGED_POLICIES) return grantsOf(MANAGED_POLICIES[name], `${place} (managed policy ${name})`);
  // unknown content can only be compared by its name
  return [{ effect: 'Allow', action: `managed:${name ?? arn}`, resource: '*', condition: [], source: place }];
}

function principals(principal, notPrincipal) {
  const given = principal ?? notPrincipal;
  if (given === undefined) return ['*'];
  const prefix = principal === undefined ? 'not:' : '';
  if (typeof given === 'string') return [`${prefix}${given}`];
  return Object.entries(given).flatMap(([kind, names]) => [names].flat().map((name) => `${prefix}${kind} ${name}`));
}

/** The values of a positive operator are alternatives, so each makes a grant of its own; a negated operator needs all. */
function conditionAlternatives(condition) {
  let alternatives = [[]];
  for (const [operator, keys] of Object.entries(condition)) {
    for (const [key, values] of Object.entries(keys)) {
      const list = [values].flat().map(String);
      const clauses = /Not|ForAllValues/.test(operator)
        ? [list.map((value) => ({ operator, key, value }))]
        : list.map((value) => [{ operator, key, value }]);
      alternatives = alternatives.flatMap((one) => clauses.map((clause) => [...one, ...clause]));
    }
  }
  return alternatives;
}
