/** The report of the gate as text for people. */

/**
 * @param {import('./gate.mjs').GateReport} report
 * @returns {string}
 */
export function describeReport(report) {
  const {
    before,
    after,
    sandbox,
    claimed,
    handlers,
    retentionBefore,
    resources,
    functions,
    apis,
    resolvers,
    permissions,
    unaccounted,
    problems,
  } = report;
  const lines = [
    `${mark(report.ok)} ${report.project} for branch ${report.branch} (${report.seconds} s)`,
    ...section('typecheck', before.typecheck?.ok === true, typecheckLines(before.typecheck)),
    ...synthSection('synth', before),
    ...synthSection('synth with postRefactor()', after),
    ...synthSection('synth for a sandbox', sandbox),
    ...section(
      'names of production stay with the branch',
      claimed.length === 0,
      claimed.map(({ place, name }) => `a sandbox would claim ${name} for ${place}`),
    ),
    ...section(
      'handlers',
      handlers.every((one) => one.status !== 'failed'),
      handlers.map((one) => `${one.name}: ${one.status}${one.reason ? ` (${one.reason})` : ''}`),
    ),
    ...section('retention before postRefactor()', retentionBefore.length === 0, retentionBefore.map(describeRetention)),
  ];
  if (resources) {
    lines.push(
      ...section(`stateful resources (${resources.compared.length} compared)`, resources.ok, [
        ...resources.unpaired.filter((one) => !one.allowed).map(describeUnpaired),
        ...resources.retention.map(describeRetention),
        ...resources.models.map(({ model, problem }) => `model table ${model}: ${problem}`),
        ...resources.differences.filter((one) => !one.allowed).map(describeDifference),
        ...allowedLines([...resources.differences, ...resources.unpaired]),
      ]),
    );
  }
  if (functions) {
    lines.push(
      ...section(`functions (${functions.compared.length} compared)`, functions.ok, [
        ...functions.differences
          .filter((one) => !one.allowed)
          .map(
            ({ name, path, gen1, gen2 }) =>
              `function ${name}, ${path}: ${shown(gen1)} in Gen 1, ${shown(gen2)} in Gen 2`,
          ),
        ...allowedLines(functions.differences),
      ]),
    );
  }
  if (apis) {
    lines.push(
      ...section(`APIs (${apis.compared.length} compared)`, apis.ok, [
        ...apis.differences
          .filter((one) => !one.allowed)
          .map(({ api, path, gen1, gen2 }) => `API ${api}, ${path}: ${shown(gen1)} in Gen 1, ${shown(gen2)} in Gen 2`),
        ...allowedLines(apis.differences),
      ]),
    );
  }
  if (resolvers) {
    const title = `resolvers (${resolvers.compared.length} compared, ${resolvers.own} templates of the user's own)`;
    lines.push(
      ...section(title, resolvers.ok, [
        ...resolvers.differences
          .filter((one) => !one.allowed)
          .map(({ field, path, gen1, gen2 }) => `${field}, ${path}: ${shown(gen1)} in Gen 1, ${shown(gen2)} in Gen 2`),
        ...allowedLines(resolvers.differences),
      ]),
    );
  }
  if (permissions) {
    lines.push(
      ...section(`permissions (${permissions.compared.length} principals compared)`, permissions.ok, [
        ...permissions.unpaired.filter((one) => !one.allowed).map(describeUnpaired),
        ...permissions.differences.filter((one) => !one.allowed).map(describePermission),
        ...permissions.eventSources
          .filter((one) => !one.allowed)
          .map((one) => `${one.direction}: function ${one.function} is started by ${one.source}`),
        ...allowedLines([...permissions.differences, ...permissions.eventSources, ...permissions.unpaired]),
        `not compared: ${permissions.notCompared.length} roles of constructs that have no Gen 1 partner`,
      ]),
    );
    lines.push(
      ...section(
        'every Gen 1 resource is accounted for',
        unaccounted.length === 0,
        unaccounted.map(({ place, type }) => `${place} (${type}) is neither in Gen 2 nor in the report`),
      ),
    );
  } else lines.push('- nothing was compared with Gen 1');
  lines.push(...section('evaluation of the templates', problems.length === 0, problems));
  return lines.join('\n').replaceAll('⟦', '<').replaceAll('⟧', '>');
}

function section(title, ok, details) {
  return [`${mark(ok)} ${title}`, ...details.map((line) => `    ${line}`)];
}

function synthSection(title, synthesis) {
  const { synth, validation, cycles, infrastructureInFunctions, missingDependencies, stacks, resources } = synthesis;
  const ok = synth.ok && validation.length === 0 && cycles.length === 0 && infrastructureInFunctions.length === 0;
  return section(`${title}: ${stacks} stacks, ${resources} resources`, ok, [
    ...(synth.error ? synth.error.split('\n') : []),
    ...validation.map(({ rule, description }) => `${rule} ${description}`),
    ...cycles.map(({ stack, logicalIds }) => `cycle in ${stack}: ${[...logicalIds, logicalIds[0]].join(' -> ')}`),
    ...infrastructureInFunctions.map((entry) => `the bundle of ${entry} would contain the CDK`),
    ...(missingDependencies.length
      ? [`packages of functions that are not installed here: ${missingDependencies.join(', ')}`]
      : []),
  ]);
}

function typecheckLines(typecheck) {
  if (!typecheck || typecheck.ok) return [];
  const { errors, output } = typecheck;
  return errors.length
    ? errors.map((one) => `${one.file}:${one.line}:${one.column} ${one.code} ${one.message}`)
    : [output.slice(-1000)];
}

function describeRetention({ place, type, problem }) {
  return `${type} ${place}: ${problem}`;
}

function describeUnpaired({ kind, name, generation, place, reason }) {
  return `${kind} ${name} of Gen ${generation} has no partner: ${reason} (${place})`;
}

function describeDifference({ effect, kind, name, path, gen1, gen2, note }) {
  return `${effect}: ${kind} ${name}, ${path}: ${shown(gen1)} in Gen 1, ${shown(gen2)} in Gen 2${note ? ` (${note})` : ''}`;
}

function describePermission({ direction, aspect, bridge, principal, effect, action, resource, condition, source }) {
  const when = condition.map(({ operator, key, value }) => `${operator} ${key} ${value}`).join(' and ');
  const what =
    { trust: 'may be taken on by', invocation: 'may be called by', boundary: 'is not bounded alike by' }[aspect] ??
    `${effect} ${action} on`;
  return `${direction}: ${principal.name} ${what} ${resource}${when ? ` if ${when}` : ''}${bridge ? ' (for frontends that still call Gen 1)' : ''}, from ${source}`;
}

function allowedLines(differences) {
  const byRule = new Map();
  for (const { allowed } of differences)
    if (allowed) byRule.set(allowed.id, { ...allowed, count: (byRule.get(allowed.id)?.count ?? 0) + 1 });
  return [...byRule.values()].map(({ id, reason, count }) => `allowed ${count} x ${id}: ${reason}`);
}

function shown(value) {
  return value === undefined ? 'absent' : JSON.stringify(value);
}

function mark(ok) {
  return ok ? '✔' : '✘';
}
