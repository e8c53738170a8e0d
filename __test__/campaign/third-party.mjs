/** What somebody else may do between two calls of the tool, and what then still must hold. */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '../support/cloud.mjs';
import { violationsOf } from './site.mjs';

/**
 * @typedef {'gen2-deployment'|'gen1-push'|'second-operator'|'opposite-operator'|'deleted-holding'|'edited-gen1-template'
 *   |'edited-gen2-template'|'edited-parameter'|'edited-tag'|'deleted-resource'} ThirdPartyKind
 *
 * @typedef {object} Interference what was done
 * @property {string} effect for people
 * @property {boolean} mayStop a run may stop with a coded error; otherwise it must end as if nobody had been there
 * @property {(state: 'start'|'done') => Promise<string[]>} problems after a run that says done
 * @property {() => Promise<string[]>} losses that the tool has to answer for
 *
 * @typedef {object} Deed
 * @property {string} effect
 * @property {boolean} [isNothing] there was nothing to do: all must be as if nobody had been there
 * @property {string[]} [lost] physical ids of what the third party itself took away
 */

/** How long an operation of the third party may take. */
const PATIENCE_MS = 30_000;

/** @type {Record<ThirdPartyKind, { mayStop: boolean, isExact: boolean, isOurs?: boolean, act: (site: import('./site.mjs').Site, direction: import('./cases.mjs').Direction) => Promise<Deed> }>} */
const KINDS = {
  'gen2-deployment': { mayStop: true, isExact: false, act: redeploy },
  'gen1-push': { mayStop: false, isExact: true, act: push },
  'second-operator': { mayStop: true, isExact: true, isOurs: true, act: (site, direction) => operate(site, direction) },
  'opposite-operator': {
    mayStop: true,
    isExact: true,
    isOurs: true,
    act: (site, direction) => operate(site, direction === 'forward' ? 'back' : 'forward'),
  },
  'deleted-holding': { mayStop: true, isExact: false, act: deleteHolding },
  'edited-gen1-template': { mayStop: true, isExact: false, act: (site) => editTemplate(site, 'gen1') },
  'edited-gen2-template': { mayStop: true, isExact: false, act: (site) => editTemplate(site, 'gen2') },
  'edited-parameter': { mayStop: true, isExact: false, act: editParameter },
  'edited-tag': { mayStop: true, isExact: false, act: editTag },
  'deleted-resource': { mayStop: true, isExact: false, act: deleteResource },
};

export const THIRD_PARTIES = /** @type {ThirdPartyKind[]} */ (Object.keys(KINDS));

/**
 * @param {import('./site.mjs').Site} site
 * @param {ThirdPartyKind} kind
 * @param {import('./cases.mjs').Direction} direction of the run that is under way
 * @returns {Promise<Interference>}
 */
export async function interfere(site, kind, direction) {
  const { mayStop, isExact, isOurs = false, act } = KINDS[kind];
  const seen = (await site.cloud.ledger()).violations.length;
  const { effect, isNothing = false, lost = [] } = await act(site, direction);
  const from = isOurs ? seen : (await site.cloud.ledger()).violations.length;
  return {
    effect,
    mayStop: mayStop && !isNothing,
    problems: (state) => (isExact || isNothing ? site.problems(state) : owners(site, state, lost)),
    losses: async () => {
      const { violations } = await site.cloud.ledger();
      return violationsOf({
        violations: violations.slice(from).filter((/** @type {any} */ { id }) => !lost.includes(id)),
      });
    },
  };
}

/** Production resources that are not where the state has them. @param {import('./site.mjs').Site} site @param {'start'|'done'} state @param {string[]} lost */
async function owners(site, state, lost) {
  const problems = [];
  for (const { production, type, id, owners: live } of (await site.cloud.ledger()).resources) {
    if (!production || lost.includes(id)) continue;
    const expected = JSON.parse(site[state].live[`${type} ${id}`] ?? '{}').owner;
    const names = live.map((/** @type {string} */ name) => name.split('/').slice(-2).join('/'));
    if (JSON.stringify(names) !== JSON.stringify(expected)) {
      problems.push(`${type} ${id} is owned by ${names.join(', ') || 'nobody'} instead of ${expected}`);
    }
  }
  return problems;
}

/** Stacks that the step changes, those of Gen 1 or of Gen 2. @param {import('./site.mjs').Site} site @param {'gen1'|'gen2'} generation */
function participants(site, generation) {
  const root = generation === 'gen1' ? site.journey.seeded.gen1Root : String(site.journey.gen2Root);
  return Object.keys(site.start.stacks).filter(
    (name) =>
      name.startsWith(`${root}-`) &&
      JSON.stringify(site.start.stacks[name].resources) !== JSON.stringify(site.done.stacks[name]?.resources),
  );
}

/** A deployment of the branch, as a push to it brings. @param {import('./site.mjs').Site} site @returns {Promise<Deed>} */
async function redeploy({ journey }) {
  try {
    const { outcome } = await journey.redeployGen2();
    return { effect: outcome, isNothing: outcome === 'unchanged' };
  } catch (error) {
    return { effect: `failed (${errorText(error).slice(0, 200)})` };
  }
}

/** `amplify push` of an edited category, which the lock refuses. @param {import('./site.mjs').Site} site @returns {Promise<Deed>} */
async function push(site) {
  const { gen1Root, deploymentBucket, region } = site.journey.seeded;
  const root = (await site.journey.stacks())[gen1Root];
  const [nested] = participants(site, 'gen1');
  const template = structuredClone(root.template);
  const [logicalId] =
    Object.entries(root.resources).find(([, { physicalId }]) => physicalId.includes(`/${nested}/`)) ?? [];
  if (!logicalId) throw new Error(`${gen1Root} has no nested stack ${nested}`);
  // The same template at another address, as a push of an unchanged category brings.
  const { pathname } = new URL(template.Resources[logicalId].Properties.TemplateURL);
  const key = pathname.replace(`/${deploymentBucket}/`, '/');
  const addresses = [
    `https://${deploymentBucket}.s3.${region}.amazonaws.com${key}`,
    `https://s3.${region}.amazonaws.com/${deploymentBucket}${key}`,
  ];
  const properties = template.Resources[logicalId].Properties;
  properties.TemplateURL = addresses.find((address) => address !== properties.TemplateURL);
  const status = await update(site, gen1Root, () =>
    site.account.updateStack(gen1Root, template, Object.keys(root.parameters)),
  );
  if (status === 'UPDATE_COMPLETE') throw new Error('the lock let a push pass');
  return { effect: status };
}

/** A colleague with a clone of the project. @param {import('./site.mjs').Site} site @param {import('./cases.mjs').Direction} direction @returns {Promise<Deed>} */
async function operate(site, direction) {
  const clone = path.join(site.journey.folder, 'clone');
  fs.rmSync(clone, { recursive: true, force: true });
  fs.cpSync(site.journey.projectDir, clone, {
    recursive: true,
    filter: (source) => path.basename(source) !== '.amplify' && path.basename(source) !== 'node_modules',
  });
  const running = site.journey.start([...site.command(direction, true), '--yes', '--json'], { cwd: clone });
  const { code, result, stderr } = site.journey.read(await running.outcome);
  if (code !== 0 && !result?.error?.code) throw new Error(`the second operator got no coded error: ${code} ${stderr}`);
  return { effect: code === 0 ? 'done' : result.error.code };
}

/** @param {import('./site.mjs').Site} site @returns {Promise<Deed>} */
async function deleteHolding(site) {
  const [holding] = Object.keys(await site.journey.stacks()).filter((name) => name.endsWith('-holding'));
  if (!holding) return { effect: 'there is none', isNothing: true };
  const status = await update(site, holding, () => site.account.deleteStack(holding));
  return { effect: `${holding} is ${status}` };
}

/** An output by hand. @param {import('./site.mjs').Site} site @param {'gen1'|'gen2'} generation @returns {Promise<Deed>} */
async function editTemplate(site, generation) {
  const [name] = participants(site, generation);
  const { template, parameters } = (await site.journey.stacks())[name];
  const edited = { ...template, Outputs: { ...template.Outputs, EditedByHand: { Value: 'yes' } } };
  return { effect: await update(site, name, () => site.account.updateStack(name, edited, Object.keys(parameters))) };
}

/** Another value of a parameter that no resource uses, and an output that shows it. @param {import('./site.mjs').Site} site @returns {Promise<Deed>} */
async function editParameter(site) {
  const stacks = await site.journey.stacks();
  for (const name of [...participants(site, 'gen1'), ...participants(site, 'gen2')]) {
    const { template, parameters } = stacks[name];
    const { Parameters: declared = {}, ...rest } = template;
    const used = JSON.stringify(rest);
    const free = Object.keys(parameters).find(
      (key) =>
        declared[key]?.Type === 'String' &&
        !declared[key].AllowedValues &&
        !used.includes(`"${key}"`) &&
        !used.includes(`\${${key}`),
    );
    if (!free) continue;
    const edited = { ...template, Outputs: { ...template.Outputs, EditedByHand: { Value: { Ref: free } } } };
    const options = { values: { [free]: 'edited by hand' } };
    const status = await update(site, name, () =>
      site.account.updateStack(name, edited, Object.keys(parameters), options),
    );
    return { effect: `${free} of ${name}: ${status}` };
  }
  return { effect: 'no stack has a parameter of no account', isNothing: true };
}

/** @param {import('./site.mjs').Site} site @returns {Promise<Deed>} */
async function editTag(site) {
  const [name] = participants(site, 'gen1');
  const { parameters, tags } = (await site.journey.stacks())[name];
  const options = { tags: { ...tags, edited: 'by hand' } };
  return {
    effect: await update(site, name, () => site.account.updateStack(name, null, Object.keys(parameters), options)),
  };
}

/** One of the resources that move: a client of a user pool, else a stream. @param {import('./site.mjs').Site} site @returns {Promise<Deed>} */
async function deleteResource(site) {
  for (const name of participants(site, 'gen1')) {
    const resources = Object.values(site.start.stacks[name].resources);
    const one = resources.find(({ type }) => type === 'AWS::Cognito::UserPoolClient');
    const pool = resources.find(({ type }) => type === 'AWS::Cognito::UserPool');
    if (!one || !pool) continue;
    await site.account.call('cognito-idp', 'AWSCognitoIdentityProviderService.DeleteUserPoolClient', {
      UserPoolId: pool.physicalId,
      ClientId: one.physicalId,
    });
    return { effect: `user pool client ${one.physicalId}`, lost: [one.physicalId] };
  }
  return { effect: 'nothing that could be deleted', isNothing: true };
}

/**
 * Does something to a stack and waits until it is at rest.
 * @param {import('./site.mjs').Site} site
 * @param {string} name
 * @param {() => Promise<void>} begin
 * @returns {Promise<string>} status, or why it could not begin
 */
async function update(site, name, begin) {
  try {
    await begin();
  } catch (error) {
    return `refused (${errorText(error).slice(0, 200)})`;
  }
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const status = (await site.journey.stacks())[name]?.status ?? 'DELETE_COMPLETE';
    if (!status.endsWith('_IN_PROGRESS')) return status;
    await sleep(10);
  }
  throw new Error(`${name} does not come to rest`);
}
