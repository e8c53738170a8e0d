/**
 * Cycles between the nested stacks of a template. CloudFormation creates nested stacks in the order of their
 * dependencies and refuses a cycle; CDK writes it to its validation report as a warning only, so we look ourselves.
 */

/**
 * @typedef {object} StackCycle
 * @property {string} stack path of the stack whose template has the cycle
 * @property {string[]} logicalIds in order; the last depends on the first again
 */

/**
 * @param {import('./stack-tree.mjs').StackTree} tree
 * @returns {StackCycle[]} one per group of resources that depend on each other, in every stack of the tree
 */
export function findStackCycles(tree) {
  return tree.stacks.flatMap((stack) =>
    templateCycles(stack.template).map((logicalIds) => ({ stack: stack.path, logicalIds })),
  );
}

/** Groups of resources of one template, nested stacks or not, that need each other. */
export function templateCycles(template) {
  const resources = template.Resources ?? {};
  const dependencies = new Map(
    Object.entries(resources).map(([logicalId, resource]) => [logicalId, [...referenced(resource, resources)]]),
  );
  return stronglyConnected(dependencies)
    .filter((group) => group.length > 1 || dependencies.get(group[0]).includes(group[0]))
    .map((group) => shortestCycle(group, dependencies));
}

function referenced(resource, resources) {
  const found = new Set([resource.DependsOn ?? []].flat());
  const visit = (value) => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (value && typeof value === 'object') {
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'Ref') found.add(inner);
        else if (key === 'Fn::GetAtt') found.add(Array.isArray(inner) ? inner[0] : String(inner).split('.')[0]);
        else if (key === 'Fn::Sub') for (const name of substituted(inner)) found.add(name);
        visit(inner);
      }
    }
  };
  visit(resource.Properties ?? {});
  return new Set([...found].filter((logicalId) => logicalId in resources));
}

function substituted(sub) {
  const [text, own = {}] = Array.isArray(sub) ? sub : [sub];
  return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)]
    .map((match) => match[1].trim())
    .filter((name) => !(name in own))
    .map((name) => name.split('.')[0]);
}

/** Tarjan's algorithm. */
function stronglyConnected(dependencies) {
  const index = new Map();
  const low = new Map();
  const stack = [];
  const onStack = new Set();
  const groups = [];
  const visit = (node) => {
    index.set(node, index.size);
    low.set(node, index.get(node));
    stack.push(node);
    onStack.add(node);
    for (const next of dependencies.get(node)) {
      if (!index.has(next)) {
        visit(next);
        low.set(node, Math.min(low.get(node), low.get(next)));
      } else if (onStack.has(next)) low.set(node, Math.min(low.get(node), index.get(next)));
    }
    if (low.get(node) !== index.get(node)) return;
    const group = [];
    let member;
    do {
      member = stack.pop();
      onStack.delete(member);
      group.push(member);
    } while (member !== node);
    groups.push(group);
  };
  for (const node of dependencies.keys()) if (!index.has(node)) visit(node);
  return groups;
}

function shortestCycle(group, dependencies) {
  const members = new Set(group);
  let best;
  for (const start of group) {
    const from = new Map([[start, undefined]]);
    const queue = [start];
    let end;
    while (queue.length && end === undefined) {
      const node = queue.shift();
      for (const next of dependencies.get(node)) {
        if (next === start) end = node;
        else if (members.has(next) && !from.has(next)) {
          from.set(next, node);
          queue.push(next);
        }
      }
    }
    const cycle = [];
    for (let node = end; node !== undefined; node = from.get(node)) cycle.unshift(node);
    if (!best || cycle.length < best.length) best = cycle;
  }
  return best;
}
