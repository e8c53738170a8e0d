/** What moves is configured afterwards as it was before: what an update wipes is put back at once, anything else stops the run. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownersOfProduction } from '../demo/proof.mjs';
import { Account } from '../support/account.mjs';
import { Journey } from '../support/journey.mjs';

describe('live configuration during a refactor', () => {
  /** @type {Journey} */
  let journey;
  /** @type {string} */
  let deployed;
  /** @type {Account} */
  let account;
  before(async () => {
    journey = await Journey.begin({ app: 'shop', latencyMs: 20 });
    await journey.prepareRefactor();
    deployed = await journey.cloud.snapshot();
    const { region, accountId } = journey.seeded;
    account = new Account(journey.cloud.endpoint, { region, accountId });
  });
  after(() => journey?.end());

  /** @param {string} type @returns {Promise<string>} */
  async function production(type) {
    const found = (await ownersOfProduction(journey.cloud)).find((one) => one.movable && one.type === type);
    assert.ok(found, type);
    return found.id;
  }

  /** Runs a refactor and interferes once its first operation has begun. @param {() => Promise<void>} interfere @param {string[]} flags */
  async function refactorWhile(interfere, ...flags) {
    const command = journey.start(['refactor', '--to', String(journey.gen2Root), '--yes', '--json', ...flags]);
    await command.saw(/operation-started/);
    await interfere();
    const { code, stdout } = await command.outcome;
    const events = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    return { code, events, result: events.at(-1) };
  }

  test('triggers and factors of a user pool that an update wipes are put back at once', async () => {
    await journey.cloud.restore(deployed);
    const pool = await production('AWS::Cognito::UserPool');
    const read = async () =>
      (await account.call('cognito-idp', 'AWSCognitoIdentityProviderService.DescribeUserPool', { UserPoolId: pool }))
        .UserPool;
    const factors = () =>
      account.call('cognito-idp', 'AWSCognitoIdentityProviderService.GetUserPoolMfaConfig', { UserPoolId: pool });
    const [before, factorsBefore] = [await read(), await factors()];
    assert.ok(before.LambdaConfig.PreSignUp);
    // As an update does that names some settings and resets the others.
    const { code, events, result } = await refactorWhile(async () => {
      await account.call('cognito-idp', 'AWSCognitoIdentityProviderService.UpdateUserPool', {
        UserPoolId: pool,
        LambdaConfig: {},
        Policies: { PasswordPolicy: { MinimumLength: 20 } },
      });
    });
    assert.equal(code, 0, JSON.stringify(result.error));
    const warning = events.find(({ code }) => code === 'CONFIGURATION_RESTORED');
    assert.match(warning.message, new RegExp(`AWS::Cognito::UserPool ${pool}.*put back`));
    assert.match(warning.message, /pre_sign_up/);
    const after = await read();
    for (const setting of ['LambdaConfig', 'Policies', 'AutoVerifiedAttributes', 'MfaConfiguration', 'UserPoolTags'])
      assert.deepEqual(whatIsSet(after[setting]), whatIsSet(before[setting]), setting);
    assert.deepEqual(await factors(), factorsBefore);
  });

  test('what happens at a risk is put back as well, and a look that cannot be is told', async () => {
    await journey.cloud.restore(deployed);
    const pool = await production('AWS::Cognito::UserPool');
    const cognito = (/** @type {string} */ action, /** @type {object} */ parameters = {}) =>
      account.call('cognito-idp', `AWSCognitoIdentityProviderService.${action}`, { UserPoolId: pool, ...parameters });
    const block = { EventFilter: ['SIGN_IN'], Actions: { EventAction: 'BLOCK' } };
    await cognito('SetRiskConfiguration', { CompromisedCredentialsRiskConfiguration: block });
    const before = (await cognito('DescribeRiskConfiguration')).RiskConfiguration;
    const wiped = await refactorWhile(() => cognito('SetRiskConfiguration'));
    assert.equal(wiped.code, 0, JSON.stringify(wiped.result.error));
    const warning = wiped.events.find(({ code }) => code === 'CONFIGURATION_RESTORED');
    assert.match(warning.message, /risk configuration: .*block/i);
    const after = (await cognito('DescribeRiskConfiguration')).RiskConfiguration;
    assert.deepEqual({ ...after, LastModifiedDate: 0 }, { ...before, LastModifiedDate: 0 });

    // Of a client it is told, and nothing is changed.
    await journey.cloud.restore(deployed);
    const ClientId = await production('AWS::Cognito::UserPoolClient');
    const changed = await refactorWhile(
      () => cognito('SetRiskConfiguration', { ClientId, CompromisedCredentialsRiskConfiguration: block }),
      '--no-rollback',
    );
    assert.equal(changed.code, 1);
    assert.equal(changed.result.error.code, 'LIVE_CONFIGURATION_CHANGED');
    assert.match(changed.result.error.message, new RegExp(`UserPoolClient ${ClientId} changed: .*risk configuration`));
  });

  test('what may not be read is told with the permission, and nothing stops', async () => {
    await journey.cloud.restore(deployed);
    forgetFolder();
    await journey.cloud.faults([{ action: 'DescribeRiskConfiguration|GetUICustomization', kind: 'refuse', every: 1 }]);
    const { code, events, result } = await refactorWhile(async () => undefined);
    await journey.cloud.faults([]);
    assert.equal(code, 0, JSON.stringify(result.error));
    const told = events.filter((event) => event.code === 'CONFIGURATION_NOT_READ').map(({ message }) => message);
    for (const permission of ['cognito-idp:DescribeRiskConfiguration', 'cognito-idp:GetUICustomization'])
      assert.ok(
        told.some((message) => message.includes(permission)),
        told.join('\n'),
      );
  });

  /** The tool has never been run on this machine. */
  function forgetFolder() {
    fs.rmSync(path.join(journey.projectDir, '.amplify'), { recursive: true, force: true });
  }

  for (const [what, last] of /** @type {const} */ ([
    ['the same command goes on', ['refactor', '--to']],
    ['it is taken back', ['refactor', '--rollback', '--to']],
  ]))
    test(`a pool that is wiped by the very update at which the run is killed is put back when ${what}`, async () => {
      await journey.cloud.restore(deployed);
      forgetFolder();
      const pool = await production('AWS::Cognito::UserPool');
      const cognito = (/** @type {string} */ action, /** @type {object} */ parameters = {}) =>
        account.call('cognito-idp', `AWSCognitoIdentityProviderService.${action}`, { UserPoolId: pool, ...parameters });
      const read = async () => [
        (await cognito('DescribeUserPool')).UserPool,
        await cognito('GetUserPoolMfaConfig'),
        (await cognito('DescribeRiskConfiguration')).RiskConfiguration,
      ];
      await cognito('SetRiskConfiguration', {
        CompromisedCredentialsRiskConfiguration: { Actions: { EventAction: 'BLOCK' } },
      });
      const before = await read();
      assert.ok(before[0].LambdaConfig.PreSignUp);

      // The update of the stack that owns the pool is done, its answer does not come, the settings are gone, and so is the machine.
      const template = async () => {
        const stacks = Object.values(await journey.stacks());
        const owner = stacks.find(({ resources }) =>
          Object.values(resources).some(({ physicalId }) => physicalId === pool),
        );
        return owner?.status.endsWith('_COMPLETE') ? JSON.stringify(owner.template) : original;
      };
      let original = '';
      original = await template();
      await journey.cloud.faults([{ action: 'ExecuteChangeSet', kind: 'hang-after', every: 1 }]);
      const running = journey.start(['refactor', '--to', String(journey.gen2Root), '--yes', '--json']);
      assert.ok(await journey.cloud.waitForFault({ timeoutMs: 120_000 }));
      while ((await template()) === original) await sleep(20);
      await cognito('UpdateUserPool', { LambdaConfig: {}, Policies: { PasswordPolicy: { MinimumLength: 20 } } });
      await cognito('SetRiskConfiguration');
      running.child.kill('SIGKILL');
      await running.outcome;
      await journey.cloud.faults([]);
      const secrets = fs.readdirSync(path.join(journey.projectDir, '.amplify/gen2-migration'));
      for (const file of secrets.filter((name) => name.endsWith('.jsonl'))) {
        const text = fs.readFileSync(path.join(journey.projectDir, '.amplify/gen2-migration', file), 'utf8');
        assert.match(text, /"live-configuration"/);
        assert.doesNotMatch(text, /ClientSecret|client_secret/);
      }

      const again = journey.start([...last, String(journey.gen2Root), '--yes', '--json']);
      const { code, stdout } = await again.outcome;
      assert.equal(code, 0, stdout.slice(-2000));
      assert.match(stdout, /CONFIGURATION_RESTORED/);
      const after = await read();
      for (const setting of ['LambdaConfig', 'Policies', 'AutoVerifiedAttributes', 'MfaConfiguration', 'UserPoolTags'])
        assert.deepEqual(whatIsSet(after[0][setting]), whatIsSet(before[0][setting]), setting);
      assert.deepEqual(after[1], before[1]);
      assert.deepEqual({ ...after[2], LastModifiedDate: 0 }, { ...before[2], LastModifiedDate: 0 });

      // It has been compared: what is set from now on stays.
      await cognito('SetRiskConfiguration');
      const next = journey.start([...last, String(journey.gen2Root), '--yes', '--json']);
      assert.equal((await next.outcome).code, 0);
      assert.equal(
        (await cognito('DescribeRiskConfiguration')).RiskConfiguration.CompromisedCredentialsRiskConfiguration,
        undefined,
      );
    });

  test('any other change stops the run and names resource and setting', async () => {
    await journey.cloud.restore(deployed);
    const table = await production('AWS::DynamoDB::Table');
    const { code, result } = await refactorWhile(async () => {
      await account.call('dynamodb', 'DynamoDB_20120810.UpdateTimeToLive', {
        TableName: table,
        TimeToLiveSpecification: { Enabled: true, AttributeName: 'gone' },
      });
    }, '--no-rollback');
    assert.equal(code, 1);
    assert.equal(result.error.code, 'LIVE_CONFIGURATION_CHANGED');
    assert.match(result.error.message, new RegExp(`AWS::DynamoDB::Table ${table} changed: .*time to live`));
  });

  test('nothing is told of what nobody changed, and everything could be read', async () => {
    await journey.cloud.restore(deployed);
    const { events } = await refactorWhile(async () => undefined);
    const warnings = events.filter(({ type }) => type === 'warning');
    assert.deepEqual(warnings, []);
  });
});

/**
 * A value without what is absent, empty or off, which the service tells now so and now so, and without its own tags.
 * @param {unknown} value
 * @returns {unknown}
 */
function whatIsSet(value) {
  if (value === null || typeof value !== 'object') return value || undefined;
  if (Array.isArray(value)) return value.length > 0 ? value : undefined;
  const entries = Object.entries(value)
    .filter(([key]) => !key.startsWith('aws:'))
    .map(([key, inner]) => [key, whatIsSet(inner)])
    .filter(([, inner]) => inner !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
