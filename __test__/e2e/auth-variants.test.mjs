/**
 * Forms of auth that no sample app has: the auth stack of one is changed, in the project and in what is deployed alike, and what
 * `generate` makes of it is typechecked, synthesised and compared.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { comparePermissions } from '../gate/compare-permissions.mjs';
import { compareResources } from '../gate/compare-resources.mjs';
import { applyCustomResources } from '../gate/effective.mjs';
import { environmentOf, evaluateTree } from '../gate/evaluate.mjs';
import { pairResources } from '../gate/pairing.mjs';
import { gen1Roots, loadAssembly, loadDeployed } from '../gate/stack-tree.mjs';
import { synthesize } from '../gate/synthesize.mjs';
import { cli, jsonLines } from '../support/cli.mjs';

const APPS = fileURLToPath(new URL('../apps/', import.meta.url));
const GROUP = `Bob's "größte" \`Team\` \${x}`;
const role = (/** @type {string} */ name) => `arn:aws:iam::123456789012:role/${name}`;

/**
 * @typedef {object} Templates of the stacks that a variant changes
 * @property {any} root
 * @property {any} auth
 * @property {any} [groups]
 *
 * @typedef {object} Variant
 * @property {string} title
 * @property {'notes'|'club'} app
 * @property {(templates: Templates) => void} change
 * @property {RegExp[]} [expected] in the generated auth files
 */

/** @type {Variant[]} */
const VARIANTS = [
  {
    title: 'user names and aliases, a link of Cognito, MFA for all, nobody recovers alone',
    app: 'notes',
    change({ auth }) {
      const pool = auth.Resources.UserPool.Properties;
      delete pool.UsernameAttributes;
      Object.assign(pool, {
        AliasAttributes: ['phone_number', 'email'],
        AutoVerifiedAttributes: ['email', 'phone_number'],
        UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email', 'phone_number'] },
        UsernameConfiguration: { CaseSensitive: true },
        VerificationMessageTemplate: {
          DefaultEmailOption: 'CONFIRM_WITH_LINK',
          EmailMessageByLink: 'It`s {##"here"##} ${now}',
          EmailSubjectByLink: "It's you",
        },
        MfaConfiguration: 'ON',
        EnabledMfas: ['SMS_MFA', 'SOFTWARE_TOKEN_MFA'],
        SmsAuthenticationMessage: '`{####}` ü',
        SmsVerificationMessage: "it's {####}",
        SmsConfiguration: { ExternalId: "it's-external", SnsCallerArn: role('text-messages'), SnsRegion: 'us-east-1' },
        AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'admin_only', Priority: 1 }] },
      });
    },
    expected: [/accountRecovery: 'NONE'/, /mode: 'REQUIRED'/],
  },
  {
    title: 'codes by e-mail, passkeys, a plan with threat protection, mail through SES, a closed pool',
    app: 'notes',
    change({ auth }) {
      Object.assign(auth.Resources.UserPool.Properties, {
        UsernameAttributes: ['email', 'phone_number'],
        MfaConfiguration: 'OPTIONAL',
        EnabledMfas: ['SOFTWARE_TOKEN_MFA', 'EMAIL_OTP'],
        EmailAuthenticationMessage: 'Code {####}',
        EmailAuthenticationSubject: "It's `you`",
        UserPoolTier: 'PLUS',
        UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED' },
        Policies: {
          PasswordPolicy: { MinimumLength: '14', RequireNumbers: 'true', PasswordHistorySize: '4' },
          SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] },
        },
        EmailConfiguration: {
          EmailSendingAccount: 'DEVELOPER',
          SourceArn: 'arn:aws:ses:us-east-1:123456789012:identity/example.com',
          ReplyToEmailAddress: 'help@example.com',
        },
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: 'true', UnusedAccountValidityDays: '9' },
        AccountRecoverySetting: {
          RecoveryMechanisms: [
            { Name: 'verified_phone_number', Priority: 1 },
            { Name: 'verified_email', Priority: 2 },
          ],
        },
      });
    },
    expected: [/accountRecovery: 'PHONE_WITHOUT_MFA_AND_EMAIL'/],
  },
  {
    title: 'a hosted UI without providers, secrets of clients, seconds, rules for roles',
    app: 'notes',
    change({ auth }) {
      const { UserPoolClient: native, UserPoolClientWeb: web, IdentityPoolRoleMap: roles } = auth.Resources;
      auth.Resources.Domain = {
        Type: 'AWS::Cognito::UserPoolDomain',
        Properties: { Domain: 'notes-sign-in', UserPoolId: { Ref: 'UserPool' } },
      };
      for (const client of [native, web])
        Object.assign(client.Properties, {
          AllowedOAuthFlows: ['code', 'implicit'],
          AllowedOAuthFlowsUserPoolClient: 'true',
          AllowedOAuthScopes: ['openid', 'aws.cognito.signin.user.admin'],
          CallbackURLs: ['notes://`x`/'],
          LogoutURLs: [],
          SupportedIdentityProviders: ['COGNITO'],
          GenerateSecret: 'true',
          AccessTokenValidity: '900',
          TokenValidityUnits: { AccessToken: 'seconds', RefreshToken: 'hours' },
          EnableTokenRevocation: 'false',
          EnablePropagateAdditionalUserContextData: 'true',
        });
      roles.Properties.RoleMappings = {
        "it's": {
          IdentityProvider: 'accounts.google.com',
          Type: 'Rules',
          AmbiguousRoleResolution: 'Deny',
          RulesConfiguration: {
            Rules: [{ Claim: 'isAdmin', MatchType: 'Equals', Value: "it's", RoleARN: role('admins') }],
          },
        },
      };
    },
    expected: [/callbackUrls: \[\n +'notes:\/\/`x`\/',/, /generateSecret = true/],
  },
  {
    title: 'a user pool without identity pool',
    app: 'notes',
    change({ root, auth }) {
      for (const id of ['IdentityPool', 'IdentityPoolRoleMap']) delete auth.Resources[id];
      for (const id of ['IdentityPoolId', 'IdentityPoolName']) delete auth.Outputs[id];
      for (const id of Object.keys(root.Resources)) if (id.startsWith('UpdateRolesWithIDP')) delete root.Resources[id];
    },
    expected: [/allowUnauthenticatedIdentities = false/],
  },
  {
    title: 'an identity pool without user pool',
    app: 'notes',
    change({ auth }) {
      auth.Resources = {
        IdentityPool: {
          Type: 'AWS::Cognito::IdentityPool',
          Properties: {
            AllowUnauthenticatedIdentities: 'true',
            AllowClassicFlow: 'true',
            SupportedLoginProviders: { 'graph.facebook.com': "it's 42" },
            OpenIdConnectProviderARNs: ['arn:aws:iam::123456789012:oidc-provider/id.example.com'],
            SamlProviderARNs: ['arn:aws:iam::123456789012:saml-provider/partner'],
          },
        },
        IdentityPoolRoleMap: auth.Resources.IdentityPoolRoleMap,
      };
      const { IdentityPoolId, IdentityPoolName } = auth.Outputs;
      auth.Outputs = { IdentityPoolId, IdentityPoolName };
    },
    expected: [/allowAdminCreateUserOnly: true/],
  },
  {
    title: 'own senders, versioned token events, endpoints and documents of providers, hostile groups',
    app: 'club',
    change({ root, auth, groups }) {
      const parameters = root.Resources.authclubusers.Properties.Parameters;
      const hook = (/** @type {string} */ name) => {
        parameters[`function${name}Arn`] = { 'Fn::GetAtt': [`functionclubusers${name}`, 'Outputs.Arn'] };
        auth.Parameters[`function${name}Arn`] = { Type: 'String' };
        return { Ref: `function${name}Arn` };
      };
      const [token, email] = [hook('PreTokenGeneration'), hook('PostAuthentication')];
      auth.Resources.UserPool.Properties.LambdaConfig = {
        PreTokenGenerationConfig: { LambdaArn: token, LambdaVersion: 'V2_0' },
        CustomEmailSender: { LambdaArn: email, LambdaVersion: 'V1_0' },
        CustomSMSSender: { LambdaArn: email, LambdaVersion: 'V1_0' },
        KMSKeyID: 'arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f',
      };
      Object.assign(auth.Resources.ClubDirectory.Properties.ProviderDetails, {
        attributes_request_method: 'POST',
        authorize_url: 'https://id.club.example.com/a',
        token_url: 'https://id.club.example.com/t',
        attributes_url: 'https://id.club.example.com/u',
        jwks_uri: 'https://id.club.example.com/j',
        attributes_url_add_attributes: 'false',
      });
      auth.Resources.ClubDirectory.Properties.AttributeMapping = { username: 'sub', name: 'n`a`me' };
      auth.Resources.PartnerOne.Properties.ProviderDetails = {
        MetadataFile: '<EntityDescriptor>"`${x}`</EntityDescriptor>',
      };
      auth.Resources.PartnerTwo.Properties.ProviderDetails.RequestSigningAlgorithm = 'rsa-sha256';
      groups.Resources.MembersGroup.Properties.GroupName = GROUP;
      delete groups.Resources.MembersGroup.Properties.Precedence;
    },
    expected: [/LambdaConfig\.KMSKeyID', 'arn:aws:kms/, /LambdaVersion\.V2_0/, /Bob\\'s "größte" `Team` \$\{x\}/],
  },
];

describe('forms of auth', () => {
  /** @type {string} */
  let work;
  before(() => {
    work = fs.mkdtempSync(path.join(os.tmpdir(), 'auth-variants-'));
  });
  after(() => fs.rmSync(work, { recursive: true, force: true }));

  for (const variant of VARIANTS) {
    test(variant.title, async () => {
      const folder = makeVariant(variant, fs.mkdtempSync(path.join(work, `${variant.app}-`)));
      const out = path.join(folder, 'out');
      const project = path.join(folder, 'gen1-project');
      const flags = ['--offline', '--yes', '--json', '--project', project, '--branch', 'main', '--out', out];
      const outcome = await cli(['generate', ...flags]);
      assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
      const { assessment } = jsonLines(outcome.stdout).at(-1);
      const unclear = assessment.findings.filter((/** @type {any} */ one) =>
        /unresolved|not-generated|unknown/.test(one.id),
      );
      assert.deepEqual(unclear, []);
      const files = ['resource.ts', 'overrides.ts'].map((name) =>
        fs.readFileSync(path.join(out, 'amplify/auth', name), 'utf8'),
      );
      for (const pattern of variant.expected ?? []) assert.match(files.join('\n'), pattern);

      const made = await synthesize(out, path.join(folder, 'assembly'), { postRefactor: true });
      assert.deepEqual(made.typecheck?.errors, []);
      assert.equal(made.synth?.error, undefined);
      assert.deepEqual([made.validation, made.cycles], [[], []]);
      compare(path.join(folder, 'deployed-stacks'), made.outDir);
    });
  }
});

/** @param {string} deployedStacks @param {string} assembly */
function compare(deployedStacks, assembly) {
  const [root] = gen1Roots(deployedStacks);
  const deployed = loadDeployed(deployedStacks, root);
  const surroundings = environmentOf(deployed);
  const [gen1, gen2] = [deployed, loadAssembly(assembly)].map((tree) =>
    applyCustomResources(evaluateTree(tree, surroundings)),
  );
  const environment = /** @type {string} */ (root.split('-').at(-2));
  const pairing = pairResources(gen1, gen2, { environment, branch: 'main' });
  const resources = compareResources(pairing, gen1, gen2);
  assert.deepEqual(
    resources.differences
      .filter((one) => !one.allowed)
      .map(({ name, path: at, gen1: was, gen2: is }) => [name, at, was, is]),
    [],
  );
  assert.deepEqual([resources.unpaired, resources.retention], [[], []]);
  const permissions = comparePermissions(pairing, gen1, gen2);
  assert.deepEqual(
    permissions.differences.filter((one) => !one.allowed),
    [],
  );
  assert.deepEqual(permissions.unpaired, []);
}

/**
 * A copy of an app with nothing but its auth and, where auth has triggers, its functions, changed in the project and in the stacks.
 * @param {Variant} variant
 * @param {string} folder
 */
function makeVariant({ app, change }, folder) {
  for (const part of ['gen1-project', 'deployed-stacks'])
    fs.cpSync(path.join(APPS, app, part), path.join(folder, part), { recursive: true });
  const tree = path.join(folder, 'gen1-project/amplify/#current-cloud-backend');
  const kept = app === 'notes' ? ['auth', 'providers'] : ['auth', 'function', 'providers'];
  const meta = readJson(path.join(tree, 'amplify-meta.json'));
  for (const category of Object.keys(meta)) if (!kept.includes(category)) delete meta[category];
  writeJson(path.join(tree, 'amplify-meta.json'), meta);

  const rootFile = path.join(tree, 'awscloudformation/build/root-cloudformation-stack.json');
  const stacks = path.join(folder, 'deployed-stacks');
  const [rootName] = gen1Roots(stacks);
  const root = readJson(rootFile);
  for (const [logicalId, { Type: type }] of Object.entries(root.Resources))
    if (type === 'AWS::CloudFormation::Stack' && !/^(auth|function|AuthTrigger)/.test(logicalId))
      delete root.Resources[logicalId];
  if (app === 'notes')
    for (const id of Object.keys(root.Resources)) if (id.startsWith('function')) delete root.Resources[id];

  const name = Object.keys(meta.auth).find((one) => one !== 'userPoolGroups');
  const deployed = (/** @type {string} */ logicalId) =>
    fs
      .readdirSync(stacks)
      .find((file) => file.startsWith(`${rootName}-${logicalId}-`) && file.endsWith('.template.json'));
  const file = (/** @type {string} */ resource) => [
    path.join(stacks, deployed(`auth${resource}`) ?? ''),
    ...['auth', 'awscloudformation/build/auth'].map((place) =>
      path.join(tree, place, resource, 'build', `${resource}-cloudformation-template.json`),
    ),
  ];
  const [auth, groups] = [name, meta.auth.userPoolGroups && 'userPoolGroups'].map(
    (one) => one && readJson(file(one)[0]),
  );
  change({ root, auth, groups });
  for (const one of [rootFile, path.join(stacks, `${rootName}.template.json`)]) writeJson(one, root);
  for (const one of file(/** @type {string} */ (name))) writeJson(one, auth);
  if (groups) {
    for (const one of file('userPoolGroups')) writeJson(one, groups);
    fs.rmSync(path.join(tree, 'auth/userPoolGroups/user-pool-group-precedence.json'));
  }
  return folder;
}

function readJson(/** @type {string} */ file) {
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

function writeJson(/** @type {string} */ file, /** @type {unknown} */ value) {
  fs.writeFileSync(file, JSON.stringify(value, null, 2));
}
