/** What somebody made in the console of a user pool, besides its stacks: it is told, by name. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Journey } from '../support/journey.mjs';
import { UserPools } from '../support/user-pools.mjs';

/** @type {Journey} */
let journey;
before(async () => (journey = await Journey.begin({ app: 'gallery' })));
after(() => journey.end());

/** @returns {Promise<Record<string, string>>} messages by id */
async function told() {
  const { result } = await journey.step('assess');
  const findings = result.assessment.findings.filter((finding) => finding.id.startsWith('auth-console-'));
  return Object.fromEntries(findings.map((finding) => [finding.id, finding.message]));
}

test('groups, app clients and identity providers that no stack made are told', async () => {
  assert.deepEqual(await told(), {}, 'what the stacks made is not told');
  const pools = new UserPools(journey.cloud, journey.seeded);
  const { UserPools: listed } = await pools.call('ListUserPools', { MaxResults: 10 });
  const pool = listed[0].Id;
  await pools.call('CreateGroup', { UserPoolId: pool, GroupName: 'by-hand' });
  await pools.call('CreateUserPoolClient', { UserPoolId: pool, ClientName: 'till' });
  await pools.call('CreateIdentityProvider', {
    UserPoolId: pool,
    ProviderName: 'Okta',
    ProviderType: 'OIDC',
    ProviderDetails: {
      client_id: 'till',
      client_secret: 'not-a-real-secret',
      attributes_request_method: 'GET',
      oidc_issuer: 'https://okta.example',
      authorize_scopes: 'openid',
    },
  });
  const findings = await told();
  // Cognito makes a group for the users of each provider: nobody made those in the console.
  assert.match(findings['auth-console-groups'] ?? '', /no stack made: by-hand;/);
  assert.match(findings['auth-console-clients'] ?? '', /no stack made: till \(\w+\);/);
  assert.match(findings['auth-console-identity-providers'] ?? '', /no stack made: Okta;/);
});
