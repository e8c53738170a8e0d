/**
 * Evaluates the templates of a whole tree of stacks: parameters from parents, outputs of children, conditions, mappings,
 * exports and intrinsic functions. It shares no code with the engine, because it is what the engine is measured by.
 * What exists only after a deployment becomes a token (tokens.mjs).
 */
import { asToken, hasToken, solveTokens, splitOutsideTokens, token } from './tokens.mjs';

/**
 * @typedef {object} EvaluateOptions
 * @property {string} [region='us-east-1']
 * @property {string} [accountId='123456789012']
 * @property {string} [partition='aws']
 *
 * @typedef {object} EvaluatedResource
 * @property {string} place `<stack path>/<logical id>`
 * @property {string} stackPath
 * @property {string} logicalId
 * @property {string} type
 * @property {any} properties evaluated
 * @property {string} [deletionPolicy]
 * @property {string} [updateReplacePolicy]
 * @property {string} [constructPath] `aws:cdk:path` of the resource
 *
 * @typedef {object} EvaluatedTree
 * @property {import('./stack-tree.mjs').StackTree} tree
 * @property {Required<EvaluateOptions>} environment
 * @property {Map<string, EvaluatedResource>} resources by place, only those whose condition holds
 * @property {Map<string, Record<string, any>>} parameters values of the parameters by stack path
 * @property {Map<string, Record<string, any>>} outputs evaluated outputs by stack path
 * @property {Map<string, string>} physical what is known, from deployed parameters and outputs, of what tokens stand for
 * @property {string[]} problems what could not be evaluated, and deployed values that contradict the evaluation
 */

const NO_VALUE = Symbol('AWS::NoValue');
const NESTED_STACK = 'AWS::CloudFormation::Stack';

/** How the ARN of a type is made of what `Ref` gives. */
const ARN_OF_REF = {
  'AWS::S3::Bucket': (ref, at) => `arn:${at.partition}:s3:::${ref}`,
  'AWS::DynamoDB::Table': (ref, at) => `arn:${at.partition}:dynamodb:${at.region}:${at.accountId}:table/${ref}`,
  'AWS::Lambda::Function': (ref, at) => `arn:${at.partition}:lambda:${at.region}:${at.accountId}:function:${ref}`,
  'AWS::IAM::Role': (ref, at) => `arn:${at.partition}:iam::${at.accountId}:role/${ref}`,
  'AWS::Cognito::UserPool': (ref, at) => `arn:${at.partition}:cognito-idp:${at.region}:${at.accountId}:userpool/${ref}`,
  'AWS::Kinesis::Stream': (ref, at) => `arn:${at.partition}:kinesis:${at.region}:${at.accountId}:stream/${ref}`,
  'AWS::Events::Rule': (ref, at) => `arn:${at.partition}:events:${at.region}:${at.accountId}:rule/${ref}`,
  'AWS::Logs::LogGroup': (ref, at) => `arn:${at.partition}:logs:${at.region}:${at.accountId}:log-group:${ref}:*`,
};
/** Name of a user pool as a provider of an identity pool. */
const providerName = (ref, at) =>
  `cognito-idp.${at.region}.amazonaws.com${at.partition === 'aws-cn' ? '.cn' : ''}/${ref}`;
const IMPORTED_TABLE_TYPES = new Set(['Custom::ImportedAmplifyDynamoDBTable', 'Custom::AmplifyDynamoDBTable']);

/**
 * @param {import('./stack-tree.mjs').StackTree} tree
 * @param {EvaluateOptions} [options]
 * @returns {EvaluatedTree}
 */
export function evaluateTree(tree, options = {}) {
  return new Evaluation(tree, { region: 'us-east-1', accountId: '123456789012', partition: 'aws', ...options }).run();
}

/**
 * Region, account and partition that the outputs of a deployed tree show.
 * @param {import('./stack-tree.mjs').StackTree} tree
 * @returns {EvaluateOptions}
 */
export function environmentOf(tree) {
  const values = tree.stacks
    .flatMap((stack) => [...Object.values(stack.outputs), ...Object.values(stack.parameters)])
    .filter((value) => typeof value === 'string');
  const arn = values.map((value) => /^arn:(aws[a-z-]*):[a-z0-9-]+:([a-z0-9-]*):(\d{12}):/.exec(value)).filter(Boolean);
  const environment = {};
  if (arn.length) Object.assign(environment, { partition: arn[0][1], accountId: arn[0][3] });
  const region = tree.root.outputs.Region ?? arn.find((match) => match[2])?.[2];
  return region ? { ...environment, region } : environment;
}

class Evaluation {
  constructor(tree, environment) {
    this.tree = tree;
    this.environment = environment;
    this.problems = [];
    this.memo = new Map();
    this.underWay = new Set();
  }

  run() {
    const resources = new Map();
    const parameters = new Map();
    const outputs = new Map();
    for (const stack of this.tree.stacks) {
      const declared = Object.keys(stack.template.Parameters ?? {});
      parameters.set(stack.path, Object.fromEntries(declared.map((name) => [name, this.parameter(stack, name)])));
      for (const [logicalId, resource] of Object.entries(stack.template.Resources ?? {})) {
        if (!this.exists(stack, resource)) continue;
        const place = `${stack.path}/${logicalId}`;
        resources.set(place, {
          place,
          stackPath: stack.path,
          logicalId,
          type: resource.Type,
          properties: this.value(stack, resource.Properties ?? {}, place),
          deletionPolicy: resource.DeletionPolicy,
          updateReplacePolicy: resource.UpdateReplacePolicy,
          constructPath: resource.Metadata?.['aws:cdk:path'],
        });
      }
      const given = Object.entries(stack.template.Outputs ?? {}).filter(([, output]) => this.exists(stack, output));
      outputs.set(stack.path, Object.fromEntries(given.map(([name]) => [name, this.output(stack, name)])));
    }
    return {
      tree: this.tree,
      environment: this.environment,
      resources,
      parameters,
      outputs,
      physical: this.physicalValues(outputs),
      problems: [...new Set(this.problems)],
    };
  }

  exists(stack, item) {
    return item.Condition === undefined || this.condition(stack, item.Condition) !== false;
  }

  /** Evaluates once, and finds values that need themselves. */
  once(key, make) {
    if (this.memo.has(key)) return this.memo.get(key);
    if (this.underWay.has(key)) {
      this.problems.push(`${key} needs itself`);
      return `⟦${key} needs itself⟧`;
    }
    this.underWay.add(key);
    const value = make();
    this.underWay.delete(key);
    this.memo.set(key, value);
    return value;
  }

  parameter(stack, name) {
    return this.once(`${stack.path}#parameter ${name}`, () => {
      const declared = stack.template.Parameters[name];
      const raw = this.rawParameter(stack, name, declared);
      if (raw === undefined) return token(`${stack.path}/${name}`);
      const isList = declared.Type === 'CommaDelimitedList' || declared.Type?.startsWith('List<');
      if (isList) return Array.isArray(raw) ? raw : splitOutsideTokens(String(raw), ',').map((one) => one.trim());
      return Array.isArray(raw) ? raw.join(',') : typeof raw === 'object' ? raw : String(raw);
    });
  }

  /** The parent's expression when it says more than the deployed literal, namely which resource the value comes from. */
  rawParameter(stack, name, declared) {
    const deployed = stack.parameters[name];
    const given = stack.parent?.template.Resources[stack.logicalId].Properties?.Parameters;
    if (given && name in given) {
      const value = this.value(stack.parent, given[name], `${stack.path} parameter ${name}`);
      if (value !== NO_VALUE && (hasToken(value) || deployed === undefined)) return value;
      const said = Array.isArray(value) ? value.join(',') : String(value);
      if (value !== NO_VALUE && deployed !== '****' && said !== String(deployed)) {
        this.problems.push(
          `${stack.path}: the parent gives parameter ${name} as ${JSON.stringify(said)}, deployed is ${JSON.stringify(deployed)}`,
        );
      }
    }
    if (deployed !== undefined) return deployed;
    if (declared.Type?.startsWith('AWS::SSM::Parameter::Value')) return undefined;
    return declared.Default;
  }

  output(stack, name) {
    return this.once(`${stack.path}#output ${name}`, () =>
      this.value(stack, stack.template.Outputs[name].Value, `${stack.path} output ${name}`),
    );
  }

  /** @returns {boolean|undefined} undefined when it depends on what exists only after a deployment */
  condition(stack, name) {
    return this.once(`${stack.path}#condition ${name}`, () => {
      const expression = stack.template.Conditions?.[name];
      if (expression === undefined) {
        this.problems.push(`${stack.path} has no condition ${name}`);
        return undefined;
      }
      return this.truth(stack, expression, `${stack.path} condition ${name}`);
    });
  }

  truth(stack, expression, where) {
    if (typeof expression === 'boolean') return expression;
    const [name, argument] = Object.entries(expression)[0];
    if (name === 'Condition') return this.condition(stack, argument);
    if (name === 'Fn::Not') return negate(this.truth(stack, argument[0], where));
    if (name === 'Fn::And' || name === 'Fn::Or') {
      const decisive = name === 'Fn::Or';
      const parts = argument.map((one) => this.truth(stack, one, where));
      return parts.includes(decisive) ? decisive : parts.includes(undefined) ? undefined : !decisive;
    }
    if (name === 'Fn::Equals') {
      const [left, right] = argument.map((one) => this.value(stack, one, where));
      if (JSON.stringify(left) === JSON.stringify(right) || String(left) === String(right)) return true;
      return hasToken(left) || hasToken(right) ? undefined : false;
    }
    this.problems.push(`${where}: ${name} is not a condition function`);
    return undefined;
  }

  value(stack, expression, where) {
    if (Array.isArray(expression))
      return expression.map((one) => this.value(stack, one, where)).filter((one) => one !== NO_VALUE);
    if (expression === null || typeof expression !== 'object') return expression;
    const keys = Object.keys(expression);
    if (keys.length === 1 && (keys[0] === 'Ref' || keys[0].startsWith('Fn::')))
      return this.intrinsic(stack, keys[0], expression[keys[0]], where);
    const result = {};
    for (const key of keys) {
      const inner = this.value(stack, expression[key], where);
      if (inner !== NO_VALUE) result[key] = inner;
    }
    return result;
  }

  intrinsic(stack, name, argument, where) {
    const inner = (expression) => this.value(stack, expression, where);
    switch (name) {
      case 'Ref':
        return this.reference(stack, argument, where);
      case 'Fn::GetAtt': {
        const [logicalId, attribute] = Array.isArray(argument)
          ? [argument[0], inner(argument[1])]
          : splitOnce(argument, '.');
        return this.attribute(stack, logicalId, attribute, where);
      }
      case 'Fn::Sub':
        return this.substitute(stack, argument, where);
      case 'Fn::Join': {
        const parts = inner(argument[1]);
        if (!Array.isArray(parts) || parts.some((part) => part !== null && typeof part === 'object'))
          return symbolic(name, [argument[0], parts]);
        return parts.map(String).join(argument[0]);
      }
      case 'Fn::Split': {
        const text = inner(argument[1]);
        if (typeof text !== 'string') return symbolic(name, [argument[0], text]);
        const parts = splitOutsideTokens(text, argument[0]);
        return parts.length === 1 && hasToken(text) ? [symbolic(name, [argument[0], text])] : parts;
      }
      case 'Fn::Select': {
        const [index, list] = [Number(inner(argument[0])), inner(argument[1])];
        if (Array.isArray(list) && index < list.length && !(list.length === 1 && isSymbolic(list[0])))
          return list[index];
        if (hasToken(list)) return symbolic(name, [index, list]);
        this.problems.push(`${where}: Fn::Select ${index} of ${JSON.stringify(list)}`);
        return symbolic(name, [index, list]);
      }
      case 'Fn::If': {
        const truth = this.condition(stack, argument[0]);
        if (truth !== undefined) return inner(argument[truth ? 1 : 2]);
        return { 'Fn::If': [argument[0], ...argument.slice(1).map((one) => asNull(inner(one)))] };
      }
      case 'Fn::FindInMap': {
        const [map, first, second] = argument.slice(0, 3).map(inner);
        const found =
          stack.template.Mappings?.[map]?.[first]?.[second] ??
          (argument[3]?.DefaultValue === undefined ? undefined : inner(argument[3].DefaultValue));
        if (found !== undefined) return found;
        if (![map, first, second].some(hasToken)) this.problems.push(`${where}: no mapping ${map}.${first}.${second}`);
        return symbolic(name, [map, first, second]);
      }
      case 'Fn::ImportValue':
        return this.imported(inner(argument), where);
      case 'Fn::Base64': {
        const text = inner(argument);
        return typeof text === 'string' && !hasToken(text)
          ? Buffer.from(text).toString('base64')
          : symbolic(name, text);
      }
      case 'Fn::Length': {
        const list = inner(argument);
        return Array.isArray(list) ? list.length : symbolic(name, list);
      }
      case 'Fn::ToJsonString':
        return JSON.stringify(inner(argument));
      case 'Fn::GetAZs':
      case 'Fn::Cidr':
      case 'Fn::Transform':
        return symbolic(name, inner(argument));
      default:
        this.problems.push(`${where}: intrinsic function ${name} is not known`);
        return symbolic(name, inner(argument));
    }
  }

  reference(stack, name, where) {
    if (name.startsWith('AWS::')) return this.pseudoParameter(stack, name, where);
    if (name in (stack.template.Parameters ?? {})) return this.parameter(stack, name);
    const resource = stack.template.Resources?.[name];
    if (!resource) {
      this.problems.push(`${where}: Ref to ${name}, which ${stack.path} does not have`);
      return token(`${stack.path}/${name}`);
    }
    if (resource.Type === 'AWS::AppSync::GraphQLApi') return this.attribute(stack, name, 'Arn', where);
    if (resource.Type === 'AWS::Cognito::UserPoolIdentityProvider' && resource.Properties?.ProviderName !== undefined)
      return this.value(stack, resource.Properties.ProviderName, where);
    return token(`${stack.path}/${name}`);
  }

  pseudoParameter(stack, name, where) {
    const { region, accountId, partition } = this.environment;
    switch (name) {
      case 'AWS::NoValue':
        return NO_VALUE;
      case 'AWS::Region':
        return region;
      case 'AWS::AccountId':
        return accountId;
      case 'AWS::Partition':
        return partition;
      case 'AWS::URLSuffix':
        return partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
      case 'AWS::NotificationARNs':
        return [];
      // the name of a nested stack is made up by CloudFormation when it is created
      case 'AWS::StackName':
        return stack.parent && Object.keys(stack.outputs).length + Object.keys(stack.parameters).length === 0
          ? token(stack.path, 'StackName')
          : stack.name;
      case 'AWS::StackId':
        return token(stack.path, 'StackId');
      default:
        this.problems.push(`${where}: pseudo parameter ${name} is not known`);
        return token(`${stack.path}/${name}`);
    }
  }

  attribute(stack, logicalId, attribute, where) {
    const resource = stack.template.Resources?.[logicalId];
    const place = `${stack.path}/${logicalId}`;
    if (!resource) {
      this.problems.push(`${where}: Fn::GetAtt of ${logicalId}, which ${stack.path} does not have`);
      return token(place, attribute);
    }
    if (resource.Type === NESTED_STACK && attribute.startsWith('Outputs.')) {
      const child = stack.children.get(logicalId);
      const name = attribute.slice('Outputs.'.length);
      if (child?.template.Outputs?.[name] && this.exists(child, child.template.Outputs[name]))
        return this.output(child, name);
      this.problems.push(`${where}: nested stack ${place} has no output ${name}`);
      return token(place, attribute);
    }
    if (attribute === 'Arn' && ARN_OF_REF[resource.Type])
      return ARN_OF_REF[resource.Type](token(place), this.environment);
    if (attribute === 'ProviderName' && resource.Type === 'AWS::Cognito::UserPool')
      return providerName(token(place), this.environment);
    if (attribute === 'Arn' && resource.Type === 'AWS::AppSync::GraphQLApi') {
      const { partition, region, accountId } = this.environment;
      return `arn:${partition}:appsync:${region}:${accountId}:apis/${token(place, 'ApiId')}`;
    }
    if (IMPORTED_TABLE_TYPES.has(resource.Type)) {
      if (attribute === 'TableArn') return ARN_OF_REF['AWS::DynamoDB::Table'](token(place), this.environment);
      if (attribute === 'TableName') return token(place);
      if (attribute === 'TableStreamArn') return token(place, 'StreamArn');
    }
    return token(place, attribute);
  }

  substitute(stack, argument, where) {
    const [text, own] = Array.isArray(argument) ? argument : [argument, {}];
    let structured;
    const result = text.replace(/\$\{([^}]*)\}/g, (whole, inner) => {
      if (inner.startsWith('!')) return `\${${inner.slice(1)}}`;
      const name = inner.trim();
      let value;
      if (Object.hasOwn(own, name)) value = this.value(stack, own[name], where);
      else if (!name.startsWith('AWS::') && name.includes('.'))
        value = this.attribute(stack, ...splitOnce(name, '.'), where);
      else value = this.reference(stack, name, where);
      if (value !== null && typeof value === 'object') structured = value;
      return String(value);
    });
    return structured === undefined ? result : symbolic('Fn::Sub', [text, structured]);
  }

  imported(name, where) {
    for (const stack of this.tree.stacks) {
      for (const [output, declared] of Object.entries(stack.template.Outputs ?? {})) {
        if (!declared.Export || !this.exists(stack, declared)) continue;
        if (this.value(stack, declared.Export.Name, `${stack.path} export of ${output}`) === name)
          return this.output(stack, output);
      }
    }
    this.problems.push(`${where}: no stack of the tree exports ${JSON.stringify(name)}`);
    return symbolic('Fn::ImportValue', name);
  }

  /** Deployed parameters and outputs tell what some tokens stand for, and whether the rest was evaluated rightly. */
  physicalValues(outputs) {
    const physical = new Map();
    const learn = (evaluated, literal, where) => {
      if (typeof evaluated !== 'string' || typeof literal !== 'string' || literal === '****') return;
      const solved = solveTokens(evaluated, literal);
      if (!solved)
        this.problems.push(
          `${where} evaluates to ${JSON.stringify(evaluated)}, deployed is ${JSON.stringify(literal)}`,
        );
      // several tokens side by side could be divided in more than one way
      else if (solved.size === 1) for (const [name, value] of solved) if (asToken(name)) physical.set(name, value);
    };
    for (const stack of this.tree.stacks) {
      for (const [name, literal] of Object.entries(stack.outputs))
        learn(outputs.get(stack.path)[name], literal, `${stack.path} output ${name}`);
      for (const [name, literal] of Object.entries(stack.parameters)) {
        if (name in (stack.template.Parameters ?? {}) && stack.parent)
          learn(this.parameter(stack, name), literal, `${stack.path} parameter ${name}`);
      }
    }
    return physical;
  }
}

function negate(truth) {
  return truth === undefined ? undefined : !truth;
}

function asNull(value) {
  return value === NO_VALUE ? null : value;
}

function splitOnce(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** A call that cannot be evaluated before the deployment, as a token of its own. */
function symbolic(name, argument) {
  return `⟦${name}(${JSON.stringify(argument).replace(/[⟦⟧]/g, (bracket) => (bracket === '⟦' ? '‹' : '›'))})⟧`;
}

function isSymbolic(value) {
  return typeof value === 'string' && value.startsWith('⟦Fn::');
}
