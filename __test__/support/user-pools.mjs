/** What Cognito tells of user pools in the stand-in cloud, and the secrets of a Gen 2 branch, without an SDK. */

/** A user pool's secrets by their names in Gen 2, and the entries of `ProviderDetails` that Gen 1 keeps them in. */
const SECRETS = {
  Facebook: { FACEBOOK_CLIENT_ID: 'client_id', FACEBOOK_CLIENT_SECRET: 'client_secret' },
  Google: { GOOGLE_CLIENT_ID: 'client_id', GOOGLE_CLIENT_SECRET: 'client_secret' },
  LoginWithAmazon: { LOGINWITHAMAZON_CLIENT_ID: 'client_id', LOGINWITHAMAZON_CLIENT_SECRET: 'client_secret' },
  SignInWithApple: {
    SIWA_CLIENT_ID: 'client_id',
    SIWA_KEY_ID: 'key_id',
    SIWA_TEAM_ID: 'team_id',
    SIWA_PRIVATE_KEY: 'private_key',
  },
};

/**
 * @typedef {object} HostedUi everything that is attached to a user pool for signing in
 * @property {string|undefined} domain
 * @property {string|undefined} customDomain
 * @property {Record<string, any>} providers without times
 * @property {any[]} resourceServers
 */

/** The user pools of an account and region. */
export class UserPools {
  /**
   * @param {import('./cloud.mjs').Cloud} cloud
   * @param {{ region: string, accountId: string }} place
   */
  constructor(cloud, { region, accountId }) {
    this.cloud = cloud;
    this.region = region;
    this.accountId = accountId;
  }

  /** @param {string} pool @returns {Promise<HostedUi>} */
  async hostedUi(pool) {
    const { UserPool } = await this.call('DescribeUserPool', { UserPoolId: pool });
    const { Providers } = await this.call('ListIdentityProviders', { UserPoolId: pool, MaxResults: 60 });
    const { ResourceServers } = await this.call('ListResourceServers', { UserPoolId: pool, MaxResults: 50 });
    /** @type {Record<string, any>} */
    const providers = {};
    for (const { ProviderName } of Providers) {
      const answer = await this.call('DescribeIdentityProvider', { UserPoolId: pool, ProviderName });
      const { CreationDate, LastModifiedDate, ...provider } = answer.IdentityProvider;
      providers[ProviderName] = provider;
    }
    return {
      domain: UserPool.Domain,
      customDomain: UserPool.CustomDomain,
      providers,
      resourceServers: ResourceServers,
    };
  }

  /** Gives the Gen 2 branches of an app the credentials that a Gen 1 user pool has. @param {string} appId @param {string} pool */
  async shareSecrets(appId, pool) {
    const { providers } = await this.hostedUi(pool);
    for (const [provider, names] of Object.entries(SECRETS)) {
      for (const [secret, entry] of Object.entries(names)) {
        const value = providers[provider]?.ProviderDetails?.[entry];
        if (value) await this.#setSecret(`/amplify/shared/${appId}/${secret}`, value);
      }
    }
  }

  /** @param {string} name @param {string} value */
  async #setSecret(name, value) {
    await this.#send('ssm', 'AmazonSSM.PutParameter', {
      Name: name,
      Value: value,
      Type: 'SecureString',
      Overwrite: true,
    });
  }

  /** @param {string} action @param {Record<string, unknown>} input @returns {Promise<any>} */
  call(action, input) {
    return this.#send('cognito-idp', `AWSCognitoIdentityProviderService.${action}`, input);
  }

  /** @param {string} service @param {string} target @param {unknown} input */
  async #send(service, target, input) {
    const scope = `${this.accountId}/20260101/${this.region}/${service}/aws4_request`;
    const response = await fetch(this.cloud.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': target,
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}`,
      },
      body: JSON.stringify(input),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${target}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : {};
  }
}
