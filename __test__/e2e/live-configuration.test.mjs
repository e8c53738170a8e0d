/** What moves is configured afterwards as it was before: what an update wipes is put back at once, anything else stops the run. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
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
