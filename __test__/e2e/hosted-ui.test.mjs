/** Apps with a hosted UI on the stand-in cloud: the domain and the identity providers go with their user pool, and back. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { singleFaultCases } from '../campaign/cases.mjs';
import { describeResult, runCase } from '../campaign/course.mjs';
import { Random, SAMPLE_SEED as SEED } from '../campaign/random.mjs';
import { Site } from '../campaign/site.mjs';
import { changesOfProduction, ownersOfProduction } from '../demo/proof.mjs';
import { Account } from '../support/account.mjs';
import { Journey, stackDifferences } from '../support/journey.mjs';
import { UserPools } from '../support/user-pools.mjs';

const USER_POOL = 'AWS::Cognito::UserPool';
const HOSTED_UI = [
  'AWS::Cognito::UserPoolDomain',
  'AWS::Cognito::UserPoolIdentityProvider',
  'AWS::Cognito::UserPoolResourceServer',
];
/** Cases of the campaign that are tried here. */
const SAMPLE = 10;

/** A journey right before the refactor, with the same credentials of the providers on both sides. */
class SignInJourney {
  /** @param {string} app @param {{ sameSecrets?: boolean }} [options] */
  static async begin(app, { sameSecrets = true } = {}) {
    const journey = await Journey.begin({ app });
    try {
      const made = new SignInJourney(journey);
      const [gen1] = await made.pools();
      if (sameSecrets) await made.userPools.shareSecrets(journey.seeded.appId, gen1);
      await journey.prepareRefactor();
      made.before = await journey.stacks();
      made.gen1 = gen1;
      made.gen2 = /** @type {string} */ ((await made.pools()).find((pool) => pool !== gen1));
      made.signIn = await made.userPools.hostedUi(made.gen1);
      made.ownSignIn = await made.userPools.hostedUi(made.gen2);
      made.snapshot = await journey.cloud.snapshot();
      fs.cpSync(made.folder(), path.join(journey.folder, 'kept'), { recursive: true });
      return made;
    } catch (error) {
      await journey.end();
      throw error;
    }
  }

  /** @param {Journey} journey */
  constructor(journey) {
    this.journey = journey;
    this.userPools = new UserPools(journey.cloud, journey.seeded);
    this.account = new Account(journey.cloud.endpoint, journey.seeded);
  }

  /** Back to right before the refactor, on disk as well. */
  async restart() {
    await this.journey.cloud.faults([]);
    await this.journey.cloud.restore(this.snapshot);
    fs.rmSync(this.folder(), { recursive: true, force: true });
    fs.cpSync(path.join(this.journey.folder, 'kept'), this.folder(), { recursive: true });
  }

  /** The tool's own folder. */
  folder() {
    return path.join(this.journey.projectDir, '.amplify', 'gen2-migration');
  }

  /** Ids of all user pools. @returns {Promise<string[]>} */
  async pools() {
    const { resources } = await this.journey.cloud.ledger();
    return resources.filter(({ type, exists }) => type === USER_POOL && exists !== false).map(({ id }) => id);
  }

  refactor() {
    return this.journey.step('refactor', '--to', String(this.journey.gen2Root));
  }

  rollback() {
    return this.journey.step('refactor', '--rollback');
  }

  /** Logical ids and physical ids of the hosted UI in the stacks of Gen 2. */
  async owned() {
    const stacks = Object.values(await this.journey.stacks());
    return stacks
      .filter(({ name }) => name.startsWith(`${this.journey.gen2Root}-`))
      .flatMap(({ resources }) => Object.entries(resources))
      .filter(([, { type }]) => HOSTED_UI.includes(type))
      .map(([logicalId, { physicalId }]) => `${logicalId} = ${physicalId}`)
      .sort();
  }

  /** Providers of the Gen 1 user pool that it did not have before. */
  async addedByGen2() {
    const { providers } = await this.userPools.hostedUi(this.gen1);
    return Object.keys(providers)
      .filter((name) => !(name in this.signIn.providers))
      .sort();
  }

  /** Both user pools sign people in as before. @param {{ without?: string[] }} [options] what Gen 2 added to the first */
  async assertSignIn({ without = [] } = {}) {
    const now = await this.userPools.hostedUi(this.gen1);
    const providers = Object.entries(now.providers).filter(([name]) => !without.includes(name));
    assert.deepEqual({ ...now, providers: Object.fromEntries(providers) }, this.signIn);
    assert.deepEqual(await this.userPools.hostedUi(this.gen2), this.ownSignIn);
  }

  /** Nothing of production was deleted, replaced or left without owner; configurations apart. */
  async assertNoLoss() {
    const { violations } = await this.journey.cloud.ledger();
    assert.deepEqual(
      violations.filter(({ kind }) => kind !== 'config-changed'),
      [],
    );
  }

  /** Everything that the tool wrote into the project, the copy of the Gen 1 project apart. @returns {string} */
  written() {
    return fs
      .readdirSync(this.folder(), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('backup'))
      .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');
  }

  end() {
    return this.journey.end();
  }
}

for (const app of ['gallery', 'club']) {
  describe(`hosted UI of ${app}`, () => {
    /** @type {SignInJourney} */
    let site;
    before(async () => {
      site = await SignInJourney.begin(app);
    });
    after(() => site?.end());

    test('domain and providers go with the user pool, and do not notice', async () => {
      await site.restart();
      const own = await site.owned();
      const { result } = await site.refactor();
      assert.equal(result.status, 'done');
      await site.assertSignIn();
      assert.deepEqual(await changesOfProduction(site.journey.cloud), []);
      const owned = await site.owned();
      const { ownSignIn, signIn } = site;
      // What the Gen 1 user pool does not have is made by the next deployment.
      const replaced = own.filter((line) => {
        const [, name] = line.split(' = ');
        return !(name in ownSignIn.providers) || name in signIn.providers;
      });
      assert.deepEqual(
        owned.map((line) => line.split(' = ')[0]),
        replaced.map((line) => line.split(' = ')[0]),
      );
      assert.ok(
        owned.some((line) => line.endsWith(` = ${site.signIn.domain}`)),
        owned.join('\n'),
      );
      const production = await ownersOfProduction(site.journey.cloud);
      for (const { type, id, owners } of production.filter((resource) => HOSTED_UI.includes(resource.type))) {
        assert.equal(owners.length, 1, `${type} ${id}`);
        assert.ok(owners[0].startsWith(`${site.journey.gen2Root}-`), `${type} ${id} is owned by ${owners}`);
      }
      const again = await site.refactor();
      assert.deepEqual(again.result.operations, []);
    });

    test('no secret of a provider is written to disk or shown', async () => {
      await site.restart();
      const outcome = await site.refactor();
      const back = await site.rollback();
      const written = site.written() + outcome.stdout + outcome.stderr + back.stdout;
      for (const [name, { ProviderType, ProviderDetails }] of Object.entries(site.signIn.providers)) {
        // What the app's own override wrote into its template in the open stays as open as it was.
        if (ProviderType === 'OIDC') continue;
        for (const entry of ['client_secret', 'private_key']) {
          const secret = ProviderDetails[entry];
          assert.ok(!secret || !written.includes(secret), `${entry} of ${name}`);
        }
      }
    });

    test('rollback brings everything back exactly, twice', async () => {
      await site.restart();
      for (let round = 0; round < 2; round += 1) {
        await site.refactor();
        await site.rollback();
        assert.deepEqual(stackDifferences(site.before, await site.journey.stacks()), []);
        await site.assertSignIn();
        assert.deepEqual(await changesOfProduction(site.journey.cloud), []);
      }
    });

    test('the next Gen 2 deployment leaves domain and providers as they are, and rollback works after it', async () => {
      await site.restart();
      await site.refactor();
      const owned = await site.owned();
      await site.journey.deployGen2({ postRefactor: true });
      site.journey.checkoutGen1();
      // Providers that only Gen 2 has are new there; everything else is as it was.
      const added = await site.addedByGen2();
      await site.assertSignIn({ without: added });
      await site.assertNoLoss();
      const kept = (await site.owned()).filter((line) => !added.some((name) => line.endsWith(` = ${name}`)));
      assert.deepEqual(kept, owned);
      assert.deepEqual(added, app === 'club' ? ['Club-Directory', 'Partner-One', 'Partner_Two'] : []);
      await site.rollback();
      await site.assertSignIn({ without: added });
      await site.assertNoLoss();
    });
  });
}

describe('a hosted UI in bad company', () => {
  /** @type {SignInJourney} */
  let site;
  before(async () => {
    site = await SignInJourney.begin('gallery', { sameSecrets: false });
  });
  after(() => site?.end());

  test('credentials that differ are told by name, and not touched', async () => {
    await site.restart();
    const outcome = await site.journey.run('refactor', '--to', String(site.journey.gen2Root), '--yes');
    assert.equal(outcome.code, 0, outcome.stdout);
    assert.match(outcome.stdout.replaceAll(/\s+/g, ' '), /Google.*differ in .*ProviderDetails\.client_secret/);
    await site.assertSignIn();
    const text = outcome.stdout + site.written();
    for (const provider of Object.values(site.signIn.providers)) {
      assert.ok(!text.includes(provider.ProviderDetails.client_secret));
    }
    await site.journey.deployGen2({ postRefactor: true });
    site.journey.checkoutGen1();
    await site.assertSignIn();
  });

  test('a Gen 1 user pool without a domain is refused before anything is changed', async () => {
    await site.restart();
    await site.userPools.call('DeleteUserPoolDomain', { UserPoolId: site.gen1, Domain: site.signIn.domain });
    const stacks = await site.journey.stacks();
    const outcome = await site.journey.run('refactor', '--to', String(site.journey.gen2Root), '--yes', '--json');
    assert.equal(outcome.code, 1);
    assert.equal(outcome.result.error.code, 'REFACTOR_HOSTED_UI_DOMAIN');
    assert.match(outcome.result.error.message, /UserPoolDomain/);
    assert.deepEqual(stackDifferences(stacks, await site.journey.stacks()), []);
  });

  test('an import that the service refuses stops the run; the next one finishes, or takes everything back', async () => {
    await site.restart();
    // Somebody's stack has taken the domain over meanwhile.
    await site.account.importResource('somebodys-stack', {
      type: 'AWS::Cognito::UserPoolDomain',
      logicalId: 'Taken',
      identifier: { UserPoolId: site.gen1, Domain: String(site.signIn.domain) },
    });
    const forward = ['refactor', '--to', String(site.journey.gen2Root), '--no-rollback', '--yes', '--json'];
    const stopped = await site.journey.run(...forward);
    assert.equal(stopped.code, 1);
    assert.match(stopped.result.error.message, /already exists in stack/);
    await site.assertSignIn();
    const taken = await site.journey.cloud.snapshot();
    await site.rollback();
    await site.assertSignIn();
    const { 'somebodys-stack': _, ...back } = await site.journey.stacks();
    assert.deepEqual(stackDifferences(site.before, back), []);
    await site.restart();
    await site.journey.cloud.restore(taken);
    // Its owner lets it go again.
    await site.account.deleteStack('somebodys-stack');
    await site.refactor();
    await site.assertSignIn();
  });

  test(`faults at a sample of the mutating calls are survived (seed ${SEED})`, async (t) => {
    await site.restart();
    const { journey } = site;
    const forward = ['refactor', '--to', String(journey.gen2Root), '--no-rollback'];
    const back = ['refactor', '--rollback'];
    const backFromAnywhere = [...back, '--to', String(journey.gen2Root)];
    const campaign = await Site.of({ name: 'gallery/refactor', journey, forward, back, backFromAnywhere });
    const cases = singleFaultCases(campaign.size, SEED);
    const chosen = new Random(`hosted-ui/${SEED}`).sample(cases, SAMPLE);
    for (const one of chosen) {
      await t.test(one.id, async () => {
        const result = await runCase(campaign, one);
        assert.deepEqual(result.problems, [], describeResult(result));
        await site.assertSignIn();
      });
    }
  });
});
