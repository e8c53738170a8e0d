/** Auth: everything of Cognito. */
import assert from 'node:assert/strict';
import { canonical } from '../../gate/differences.mjs';

/** @typedef {import('../row.mjs').Stacks} Stacks @typedef {import('../row.mjs').Subject} Subject */

const DEFINITION = 'amplify/auth/resource.ts';
const OVERRIDES = 'amplify/auth/overrides.ts';

/** @param {Stacks} stacks */
const poolOf = (stacks) => stacks.only('AWS::Cognito::UserPool').properties;

/** The client for web apps, by the name that both generations give it once it is moved. @param {Subject} subject */
function webClients({ gen1, after }) {
  const isWeb = (/** @type {any} */ { properties }) => String(properties.ClientName).endsWith('_app_clientWeb');
  return [gen1, after].map((stacks) => stacks.find('AWS::Cognito::UserPoolClient', isWeb).properties);
}

/** @param {Subject} subject */
function nativeClients({ gen1, after }) {
  const isNative = (/** @type {any} */ { properties }) => String(properties.ClientName).endsWith('_app_client');
  return [gen1, after].map((stacks) => stacks.find('AWS::Cognito::UserPoolClient', isNative).properties);
}

/** Equal, however scalars are written and whatever the order of a list. @param {unknown} gen2 @param {unknown} gen1 */
function same(gen2, gen1) {
  assert.notEqual(canonical(gen1), '', 'the app has it in Gen 1');
  assert.equal(canonical(gen2), canonical(gen1));
}

/** @param {Subject} subject @param {string} name */
function provider({ gen1, gen2 }, name) {
  const isIt = (/** @type {any} */ { properties }) => properties.ProviderName === name;
  const [was, is] = [gen1, gen2].map(
    (stacks) => stacks.find('AWS::Cognito::UserPoolIdentityProvider', isIt).properties,
  );
  assert.equal(is.ProviderType, was.ProviderType);
  const scopes = (/** @type {any} */ { ProviderDetails: details }) =>
    String(details.authorize_scopes).split(/[ ,]+/).sort();
  assert.deepEqual(scopes(is), scopes(was));
  const { username: _username, ...mapping } = was.AttributeMapping;
  same(is.AttributeMapping, mapping);
}

/** The function of a trigger, with the variables that its Gen 1 sources read. @param {Stacks} stacks @param {string} name */
function functionOf(stacks, name) {
  const isIt = (/** @type {any} */ { properties, resource }) =>
    String(properties.FunctionName ?? resource?.Metadata?.['aws:cdk:path'] ?? '').includes(name);
  return stacks.find('AWS::Lambda::Function', isIt).properties;
}

/** The pool calls a function on an event, and the modules of the CLI's template are in its handler. @param {Subject} subject @param {string} event @param {string} name @param {string[]} modules */
function trigger({ gen1, gen2, files }, event, name, modules) {
  assert.ok(poolOf(gen1).LambdaConfig[event], 'the app has the trigger in Gen 1');
  assert.ok(poolOf(gen2).LambdaConfig[event]);
  assert.equal(functionOf(gen1, name).Environment.Variables.MODULES, modules.join(','));
  const handler = files[`amplify/function/${name}/handler.ts`];
  for (const module of modules) assert.match(handler, new RegExp(`from '\\./src/${module}\\.js'`));
  assert.doesNotMatch(handler, /require|\bany\b/);
}

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'auth-username',
    page: 'Auth: Configure username',
    gen2: 'cfnUserPool.usernameAttributes = undefined, aliasAttributes, usernameConfiguration',
    app: 'club',
    check({ gen1, gen2 }) {
      assert.equal(poolOf(gen1).UsernameAttributes, undefined);
      assert.equal(poolOf(gen2).UsernameAttributes, undefined);
      same(poolOf(gen2).AliasAttributes, poolOf(gen1).AliasAttributes);
      same(poolOf(gen2).UsernameConfiguration, poolOf(gen1).UsernameConfiguration);
    },
    change: {
      file: 'src/generate/auth/overrides.rs',
      from: 'if !gen1.contains_key(property) && !not_set.contains(&property.as_str()) {',
      to: 'if gen1.contains_key(property) && !not_set.contains(&property.as_str()) {',
    },
  },
  {
    id: 'auth-email',
    page: 'Auth: Configure email',
    gen2: 'loginWith.email',
    app: 'notes',
    check({ gen1, gen2, files }) {
      same(['email'], poolOf(gen1).UsernameAttributes);
      same(poolOf(gen2).UsernameAttributes, poolOf(gen1).UsernameAttributes);
      assert.match(files[DEFINITION], /loginWith: \{\n {4}email: /);
    },
    change: {
      file: 'src/generate/auth/definition.rs',
      from: 'login.push(("email", settings_or_true(settings)));',
      to: 'login.push(("webAuthn", settings_or_true(settings)));',
    },
  },
  {
    id: 'auth-phone',
    page: 'Auth: Configure phone number',
    gen2: 'loginWith.phone',
    app: 'depot',
    check({ gen1, gen2, files }) {
      same(['phone_number'], poolOf(gen1).UsernameAttributes);
      same(poolOf(gen2).UsernameAttributes, poolOf(gen1).UsernameAttributes);
      same(poolOf(gen2).AutoVerifiedAttributes, poolOf(gen1).AutoVerifiedAttributes);
      same(poolOf(gen2).SmsVerificationMessage, poolOf(gen1).SmsVerificationMessage);
      assert.match(files[DEFINITION], /phone: \{/);
    },
    change: {
      file: 'src/generate/auth/definition.rs',
      from: 'let phone = uses("phone_number");',
      to: 'let phone = uses("phone");',
    },
  },
  {
    id: 'auth-facebook',
    page: 'Auth: Facebook',
    gen2: 'loginWith.externalProviders.facebook',
    app: 'gallery',
    check(subject) {
      provider(subject, 'Facebook');
      assert.match(subject.files[DEFINITION], /clientSecret: secret\('FACEBOOK_CLIENT_SECRET'\)/);
    },
    change: { file: 'src/generate/auth/providers.rs', from: 'cognito: "Facebook"', to: 'cognito: "facebook"' },
  },
  {
    id: 'auth-google',
    page: 'Auth: Google',
    gen2: 'loginWith.externalProviders.google',
    app: 'gallery',
    check(subject) {
      provider(subject, 'Google');
      assert.match(subject.files[DEFINITION], /clientSecret: secret\('GOOGLE_CLIENT_SECRET'\)/);
    },
    change: {
      file: 'src/backend/interpret/sign_in.rs',
      from: 'details.insert("authorize_scopes".to_owned(), scopes.clone());',
      to: 'details.insert("scopes".to_owned(), scopes.clone());',
    },
  },
  {
    id: 'auth-amazon',
    page: 'Auth: Amazon',
    gen2: 'loginWith.externalProviders.loginWithAmazon',
    app: 'club',
    check(subject) {
      provider(subject, 'LoginWithAmazon');
      assert.match(subject.files[DEFINITION], /loginWithAmazon: \{\n +clientId: secret\('LOGINWITHAMAZON_CLIENT_ID'\)/);
    },
    change: {
      file: 'src/generate/auth/providers.rs',
      from: '("clientId", "LOGINWITHAMAZON_CLIENT_ID")',
      to: '("clientId", "AMAZON_CLIENT_ID")',
    },
  },
  {
    id: 'auth-apple',
    page: 'Auth: Sign-in with Apple',
    gen2: 'loginWith.externalProviders.signInWithApple',
    app: 'club',
    check(subject) {
      provider(subject, 'SignInWithApple');
      for (const [property, secret] of [
        ['clientId', 'SIWA_CLIENT_ID'],
        ['keyId', 'SIWA_KEY_ID'],
        ['privateKey', 'SIWA_PRIVATE_KEY'],
        ['teamId', 'SIWA_TEAM_ID'],
      ])
        assert.match(subject.files[DEFINITION], new RegExp(`${property}: secret\\('${secret}'\\)`));
    },
    change: {
      file: 'src/generate/auth/providers.rs',
      from: '("privateKey", "SIWA_PRIVATE_KEY")',
      to: '("privateKey", "SIWA_KEY_ID")',
    },
  },
  {
    id: 'auth-oidc',
    page: 'Issue: OIDC providers of the user pool',
    gen2: 'loginWith.externalProviders.oidc',
    app: 'club',
    check(subject) {
      provider(subject, 'Club-Directory');
      const [was, is] = [subject.gen1, subject.gen2].map(
        (stacks) =>
          stacks.find(
            'AWS::Cognito::UserPoolIdentityProvider',
            ({ properties }) => properties.ProviderName === 'Club-Directory',
          ).properties,
      );
      assert.equal(is.ProviderDetails.oidc_issuer, was.ProviderDetails.oidc_issuer);
      same(is.IdpIdentifiers, was.IdpIdentifiers);
      assert.ok(was.ProviderDetails.client_secret);
      for (const text of Object.values(subject.files))
        assert.ok(!text.includes(was.ProviderDetails.client_secret), 'the secret is not generated');
    },
    change: {
      file: 'src/generate/auth/providers.rs',
      from: 'detail("oidc_issuer").unwrap_or_default()',
      to: 'detail("issuer").unwrap_or_default()',
    },
  },
  {
    id: 'auth-saml',
    page: 'Issue: several SAML providers of the user pool',
    gen2: 'loginWith.externalProviders.saml, UserPoolIdentityProviderSaml',
    app: 'club',
    check({ gen1, gen2 }) {
      const saml = (/** @type {Stacks} */ stacks) =>
        stacks
          .all('AWS::Cognito::UserPoolIdentityProvider')
          .filter(({ properties }) => properties.ProviderType === 'SAML')
          .map(({ properties: { ProviderName, ProviderDetails, AttributeMapping } }) => [
            ProviderName,
            ProviderDetails,
            AttributeMapping,
          ])
          .sort();
      assert.equal(saml(gen1).length, 2);
      same(saml(gen2), saml(gen1));
    },
    change: {
      file: 'src/generate/auth/hosted_ui.rs',
      from: 'properties.push(("idpSignout", Code::Boolean(true)));',
      to: 'properties.push(("idpSignout", Code::Boolean(false)));',
    },
  },
  {
    id: 'auth-resource-server',
    page: 'Issue: scopes of resource servers',
    gen2: 'CfnUserPoolResourceServer, cfnUserPoolClient.allowedOAuthScopes',
    app: 'club',
    check({ gen1, gen2 }) {
      const server = (/** @type {Stacks} */ stacks) => {
        const { UserPoolId: _pool, ...properties } = stacks.only('AWS::Cognito::UserPoolResourceServer').properties;
        return properties;
      };
      same(server(gen2), server(gen1));
    },
    change: {
      file: 'src/backend/interpret/sign_in.rs',
      from: '"AWS::Cognito::UserPoolResourceServer" => {',
      to: '"AWS::Cognito::ResourceServer" => {',
    },
  },
  {
    id: 'auth-groups',
    page: 'Auth: Add user pool groups',
    gen2: 'groups, permissions of groups[name].role',
    app: 'club',
    check({ gen1, gen2, files }) {
      const names = (/** @type {Stacks} */ stacks) =>
        stacks.all('AWS::Cognito::UserPoolGroup').map(({ properties }) => properties.GroupName);
      assert.equal(names(gen1).length, 2);
      same(names(gen2), names(gen1));
      assert.match(files[OVERRIDES], /groups\.Treasurers\.role\.addToPrincipalPolicy\(/);
    },
    change: {
      file: 'src/backend/interpret/policies.rs',
      from: 'let name = policy["PolicyName"].as_str().unwrap_or(role.logical_id).to_owned();',
      to: 'let Some(name) = policy["Name"].as_str().map(str::to_owned) else { continue };',
    },
  },
  {
    id: 'auth-group-precedence',
    page: 'Auth: User pool group preference',
    gen2: 'groups[name].cfnUserGroup.precedence',
    app: 'club',
    check({ gen1, gen2 }) {
      const precedence = (/** @type {Stacks} */ stacks) =>
        stacks
          .all('AWS::Cognito::UserPoolGroup')
          .map(({ properties }) => [properties.GroupName, properties.Precedence]);
      same(precedence(gen2), precedence(gen1));
      assert.ok(precedence(gen1).every(([, place]) => Number(place) > 0));
    },
    change: {
      file: 'src/generate/auth/groups.rs',
      from: 'if group.precedence != place || place.is_none() {',
      to: 'if place.is_none() {',
    },
  },
  {
    id: 'auth-sign-up-attributes',
    page: 'Auth: Sign-up attributes',
    gen2: 'userAttributes',
    app: 'depot',
    check({ gen1, gen2, files }) {
      const required = (/** @type {Stacks} */ stacks) =>
        poolOf(stacks)
          .Schema.filter((/** @type {any} */ { Required }) => String(Required) === 'true')
          .map((/** @type {any} */ { Name }) => Name);
      assert.ok(required(gen1).includes('name'));
      same(required(gen2), required(gen1));
      assert.match(files[DEFINITION], /fullname: \{\n {6}required: true,/);
    },
    change: { file: 'src/generate/auth/attributes.rs', from: '("name", "fullname")', to: '("name", "nickname")' },
  },
  {
    id: 'auth-custom-attributes',
    page: 'Auth: Custom attributes',
    gen2: "userAttributes['custom:...'], cfnUserPool.schema",
    app: 'club',
    check({ gen1, gen2 }) {
      const schema = poolOf(gen1).Schema;
      assert.ok(schema.some((/** @type {any} */ one) => one.NumberAttributeConstraints?.MinValue === '-5'));
      assert.ok(schema.some((/** @type {any} */ one) => String(one.DeveloperOnlyAttribute) === 'true'));
      same(poolOf(gen2).Schema, schema);
    },
    change: {
      file: 'src/generate/auth/attributes.rs',
      from: '("Required" | "DeveloperOnlyAttribute", Value::Bool(false)) => {}',
      to: '("Required" | "DeveloperOnlyAttribute", _) => {}',
    },
  },
  {
    id: 'auth-triggers',
    page: 'Auth: Auth trigger support',
    gen2: 'triggers',
    app: 'club',
    check({ gen1, gen2 }) {
      const events = (/** @type {Stacks} */ stacks) => Object.keys(poolOf(stacks).LambdaConfig);
      assert.equal(events(gen1).length, 8);
      same(events(gen2), events(gen1));
    },
    change: { file: 'src/generate/auth/definition.rs', from: '    "postAuthentication",\n', to: '' },
  },
  {
    id: 'auth-template-captcha',
    page: 'Auth: Auth trigger templates: Add Google reCaptcha Challenge',
    gen2: "triggers.*AuthChallenge*, secret('RECAPTCHASECRET')",
    app: 'club',
    check(subject) {
      for (const [event, name] of [
        ['DefineAuthChallenge', 'captcha-define-challenge'],
        ['CreateAuthChallenge', 'captcha-create-challenge'],
        ['VerifyAuthChallengeResponse', 'captcha-verify'],
      ])
        trigger(subject, event, `clubusers${event}`, [name]);
      const key = functionOf(subject.gen1, 'clubusersVerifyAuthChallengeResponse').Environment.Variables
        .RECAPTCHASECRET;
      assert.ok(key);
      for (const text of Object.values(subject.files)) assert.ok(!text.includes(key), 'the key is not generated');
      assert.match(
        subject.files['amplify/function/clubusersVerifyAuthChallengeResponse/resource.ts'],
        /RECAPTCHASECRET: secret\('RECAPTCHASECRET'\)/,
      );
    },
    change: {
      file: 'src/backend/interpret/functions.rs',
      from: 'name == "RECAPTCHASECRET" && matches!',
      to: 'name == "RECAPTCHA" && matches!',
    },
  },
  {
    id: 'auth-template-add-to-group',
    page: 'Auth: Auth trigger templates: Add user to Group',
    gen2: 'triggers.postConfirmation, permission of the auth trigger stack on the user pool',
    app: 'club',
    check(subject) {
      trigger(subject, 'PostConfirmation', 'clubusersPostConfirmation', ['add-to-group']);
      const actions = (/** @type {Stacks} */ stacks) =>
        stacks
          .all('AWS::IAM::Policy')
          .flatMap(({ properties }) => properties.PolicyDocument.Statement)
          .filter((statement) => [statement.Action].flat().includes('cognito-idp:CreateGroup'))
          .map((statement) => statement.Action);
      assert.equal(actions(subject.gen1).length, 1);
      same(actions(subject.gen2), actions(subject.gen1));
    },
    change: {
      file: 'src/backend/interpret/policies.rs',
      from: '(Some(Value::Array(roles)), _) => roles.clone(),',
      to: '(Some(Value::Array(roles)), _) => roles.iter().skip(1).cloned().collect(),',
    },
  },
  {
    id: 'auth-template-denylist',
    page: 'Auth: Auth trigger templates: Email Domain Filtering (denylist)',
    gen2: 'triggers.preSignUp, both modules imported by name',
    app: 'club',
    check(subject) {
      trigger(subject, 'PreSignUp', 'clubusersPreSignup', ['email-filter-denylist', 'email-filter-allowlist']);
      const denied = (/** @type {Stacks} */ stacks) =>
        functionOf(stacks, 'clubusersPreSignup').Environment.Variables.DOMAINDENYLIST;
      same(denied(subject.gen2), denied(subject.gen1));
    },
    change: {
      file: 'src/generate/function/handler.rs',
      from: '        .dynamic_modules\n        .iter()\n',
      to: '        .dynamic_modules\n        .iter()\n        .skip(1)\n',
    },
  },
  {
    id: 'auth-template-allowlist',
    page: 'Auth: Auth trigger templates: Email Domain Filtering (allowlist)',
    gen2: 'triggers.preSignUp with Gen 1 values of its environment',
    app: 'club',
    check({ gen1, gen2 }) {
      const allowed = (/** @type {Stacks} */ stacks) =>
        functionOf(stacks, 'clubusersPreSignup').Environment.Variables.DOMAINALLOWLIST;
      same(allowed(gen2), allowed(gen1));
    },
    change: {
      file: 'src/generate/wiring/environment.rs',
      from: 'Ok(code) => environment.definition.push((name.clone(), code)),',
      to: 'Ok(code) => environment.definition.push((name.to_lowercase(), code)),',
    },
  },
  {
    id: 'auth-template-claims',
    page: 'Auth: Auth trigger templates: Override ID Token Claims',
    gen2: 'triggers.preTokenGeneration',
    app: 'club',
    check(subject) {
      trigger(subject, 'PreTokenGeneration', 'clubusersPreTokenGeneration', ['alter-claims']);
    },
    change: { file: 'src/generate/auth/definition.rs', from: '    "preTokenGeneration",\n', to: '' },
  },
  {
    id: 'auth-template-custom-challenge',
    page: 'Auth: Auth trigger templates: Custom Auth Challenge Flow',
    gen2: 'triggers.defineAuthChallenge, createAuthChallenge, verifyAuthChallengeResponse',
    app: 'club',
    check({ gen1, gen2, files }) {
      for (const event of ['DefineAuthChallenge', 'CreateAuthChallenge', 'VerifyAuthChallengeResponse']) {
        assert.ok(poolOf(gen1).LambdaConfig[event], event);
        assert.ok(poolOf(gen2).LambdaConfig[event], event);
      }
      assert.match(files[DEFINITION], /createAuthChallenge: clubusersCreateAuthChallenge,/);
    },
    change: { file: 'src/generate/auth/definition.rs', from: '    "createAuthChallenge",\n', to: '' },
  },
  {
    id: 'auth-template-verification-link',
    page: 'Auth: Auth trigger templates: Email verification link redirect',
    gen2: 'triggers.customMessage, the page in its bucket, Bucket and BucketDeployment on other branches',
    app: 'club',
    check(subject) {
      trigger(subject, 'CustomMessage', 'clubusersCustomMessage', ['verification-link']);
      const { BucketName: bucket } = subject.gen1.find(
        'AWS::S3::Bucket',
        ({ logicalId }) => logicalId === 'CustomMessageConfirmationBucket',
      ).properties;
      const { RESOURCENAME, ENV, REDIRECTURL } = functionOf(subject.gen2, 'clubusersCustomMessage').Environment
        .Variables;
      assert.equal(`${RESOURCENAME.split('CustomMessage')[0]}verificationbucket-${ENV}`, bucket);
      assert.equal(REDIRECTURL, functionOf(subject.gen1, 'clubusersCustomMessage').Environment.Variables.REDIRECTURL);
      assert.match(subject.files['amplify/auth/verification-page.ts'], /new BucketDeployment\(/);
      assert.match(subject.files['amplify/auth/verification-page/index.html'], /<html/i);
    },
    change: {
      file: 'src/generate/auth/verification_page.rs',
      from: 'trigger.event == "CustomMessage"',
      to: 'trigger.event == "Message"',
    },
  },
  {
    id: 'auth-password-policy',
    page: 'Auth: Configure default password policy',
    gen2: 'cfnUserPool.policies',
    app: 'club',
    check({ gen1, gen2 }) {
      same(poolOf(gen2).Policies.PasswordPolicy, poolOf(gen1).Policies.PasswordPolicy);
      assert.equal(Number(poolOf(gen1).Policies.PasswordPolicy.TemporaryPasswordValidityDays), 3);
    },
    change: {
      file: 'src/generate/auth/user_pool.rs',
      from: '["UserPoolName", "LambdaConfig", TAGS, "SmsConfiguration"]',
      to: '["UserPoolName", "LambdaConfig", "Policies", "SmsConfiguration"]',
    },
  },
  {
    id: 'auth-read-write-attributes',
    page: 'Auth: Configure read/write capabilities for attributes',
    gen2: 'readAttributes and writeAttributes of both clients',
    app: 'club',
    check(subject) {
      for (const [was, is] of [webClients(subject), nativeClients(subject)]) {
        same(is.ReadAttributes, was.ReadAttributes);
        same(is.WriteAttributes, was.WriteAttributes);
      }
    },
    change: {
      file: 'src/generate/auth/clients.rs',
      from: 'const NOT_SET: [&str; 2] = ["ClientName", "UserPoolId"];',
      to: 'const NOT_SET: [&str; 3] = ["ClientName", "UserPoolId", "WriteAttributes"];',
    },
  },
  {
    id: 'auth-oauth-flows',
    page: 'Auth: Oauth flow: Configure authorization v implicit grant',
    gen2: 'allowedOAuthFlows of both clients',
    app: 'club',
    check(subject) {
      for (const [was, is] of [webClients(subject), nativeClients(subject)]) {
        same(['implicit'], was.AllowedOAuthFlows);
        same(is.AllowedOAuthFlows, was.AllowedOAuthFlows);
      }
    },
    change: {
      file: 'src/generate/auth/clients.rs',
      from: '"AllowedOAuthFlows": ["code"],',
      to: '"AllowedOAuthFlows": ["implicit"],',
    },
  },
  {
    id: 'auth-oauth-scopes',
    page: 'Auth: Configure Oauth scopes',
    gen2: 'externalProviders.scopes, cfnUserPoolClient.allowedOAuthScopes',
    app: 'club',
    check(subject) {
      for (const [was, is] of [webClients(subject), nativeClients(subject)])
        same(is.AllowedOAuthScopes, was.AllowedOAuthScopes);
      assert.ok(webClients(subject)[0].AllowedOAuthScopes.includes('library/read'));
    },
    change: {
      file: 'src/generate/auth/providers.rs',
      from: 'let says_scopes = !known.is_empty() && known.len() == scopes.len();',
      to: 'let says_scopes = !known.is_empty();',
    },
  },
  {
    id: 'auth-redirect-uris',
    page: 'Auth: Oauth flow: Configure redirect URIs',
    gen2: 'externalProviders.callbackUrls and logoutUrls, with the address of the branch',
    app: 'club',
    check(subject) {
      const [was, is] = webClients(subject);
      const own = 'https://main.d1club7m3x5qz.amplifyapp.com/';
      same(is.CallbackURLs, [...was.CallbackURLs, own]);
      same(is.LogoutURLs, [...was.LogoutURLs, own]);
    },
    change: {
      file: 'src/generate/auth/providers.rs',
      from: '.filter(|url| Some(url) != migrated.as_ref())',
      to: '.filter(|url| Some(url) == migrated.as_ref())',
    },
  },
  {
    id: 'auth-domain-prefix',
    page: 'Auth: Oauth flow: Configure domain name prefix',
    gen2: 'UserPoolDomain with the live prefix in postRefactor()',
    app: 'club',
    check({ gen1, after }) {
      same(after.only('AWS::Cognito::UserPoolDomain').properties.Domain, 'club-sign-in-prod');
      same(gen1.only('AWS::Cognito::UserPoolDomain').properties.Domain, 'club-sign-in-prod');
    },
    change: {
      file: 'src/generate/auth/overrides.rs',
      from: 'statements.push(Statement::Assign(domain.member("domain"), Code::text(prefix)));',
      to: 'statements.push(Statement::Assign(domain.member("domain"), Code::text(prefix.to_uppercase())));',
    },
  },
  {
    id: 'auth-admin-queries',
    page: 'Auth: Admin queries',
    gen2: 'RestApi with a CognitoUserPoolsAuthorizer in front of the function',
    app: 'club',
    check({ gen1, gen2 }) {
      assert.equal(functionOf(gen1, 'AdminQueries').Environment.Variables.GROUP, 'Treasurers');
      assert.equal(functionOf(gen2, 'AdminQueries').Environment.Variables.GROUP, 'Treasurers');
      const guarded = gen2
        .all('AWS::ApiGateway::Method')
        .filter(({ properties }) => properties.AuthorizationType === 'COGNITO_USER_POOLS');
      assert.ok(guarded.length > 0);
      for (const { properties } of guarded) same(properties.AuthorizationScopes, ['aws.cognito.signin.user.admin']);
    },
    change: {
      file: 'src/backend/interpret/functions.rs',
      from: 'let expression = interpretation.decoder.expression(value, owner);\n            let value = if',
      to: 'let expression = if name == "GROUP" { Expression::Literal(String::new()) } else { interpretation.decoder.expression(value, owner) };\n            let value = if',
    },
  },
  {
    id: 'auth-mfa-off',
    page: 'Auth: MFA: OFF',
    gen2: "multifactor: { mode: 'OFF' }",
    app: 'notes',
    check({ gen1, gen2, files }) {
      same('OFF', poolOf(gen1).MfaConfiguration);
      same(poolOf(gen2).MfaConfiguration ?? 'OFF', 'OFF');
      assert.match(files[DEFINITION], /multifactor: \{\n {4}mode: 'OFF',/);
    },
    change: {
      file: 'src/generate/auth/definition.rs',
      from: 'if gen1.contains_key("MfaConfiguration") && mode == "OFF" {',
      to: 'if gen1.contains_key("MfaConfiguration") && mode != "OFF" {',
    },
  },
  {
    id: 'auth-mfa-on',
    page: 'Auth: MFA: ON',
    gen2: "multifactor: { mode: 'REQUIRED' }",
    test: { file: 'src/generate/tests/auth.rs', name: 'every_mode_and_factor_of_mfa' },
    change: { file: 'src/generate/auth/definition.rs', from: '"ON" => "REQUIRED",', to: '"ON" => "OPTIONAL",' },
  },
  {
    id: 'auth-mfa-optional',
    page: 'Auth: MFA: OPTIONAL',
    gen2: "multifactor: { mode: 'OPTIONAL' }",
    app: 'club',
    check({ gen1, gen2 }) {
      same('OPTIONAL', poolOf(gen1).MfaConfiguration);
      same(poolOf(gen2).MfaConfiguration, 'OPTIONAL');
    },
    change: {
      file: 'src/generate/auth/definition.rs',
      from: '"OPTIONAL" => "OPTIONAL",',
      to: '"OPTIONAL" => "REQUIRED",',
    },
  },
  {
    id: 'auth-mfa-sms',
    page: 'Auth: MFA: SMS',
    gen2: 'multifactor.sms, cfnUserPool.smsConfiguration with a role of its own',
    app: 'club',
    check({ gen1, gen2 }) {
      assert.ok(poolOf(gen1).EnabledMfas.includes('SMS_MFA'));
      assert.ok(poolOf(gen2).EnabledMfas.includes('SMS_MFA'));
      same(poolOf(gen2).SmsAuthenticationMessage, poolOf(gen1).SmsAuthenticationMessage);
      same(poolOf(gen2).SmsConfiguration.ExternalId, poolOf(gen1).SmsConfiguration.ExternalId);
    },
    change: {
      file: 'src/generate/auth/user_pool.rs',
      from: 'settings.push(("externalId", id));',
      to: 'settings.push(("snsRegion", id));',
    },
  },
  {
    id: 'auth-mfa-totp',
    page: 'Auth: MFA: TOTP',
    gen2: 'multifactor.totp',
    app: 'club',
    check({ gen1, gen2 }) {
      same(poolOf(gen2).EnabledMfas, poolOf(gen1).EnabledMfas);
      assert.ok(poolOf(gen1).EnabledMfas.includes('SOFTWARE_TOKEN_MFA'));
    },
    change: {
      file: 'src/generate/auth/definition.rs',
      from: 'settings.push(("totp", Code::Boolean(true)));',
      to: 'settings.push(("totp", Code::Boolean(false)));',
    },
  },
  {
    id: 'auth-verification-code',
    page: 'Auth: Email verification - code',
    gen2: 'loginWith.email.verificationEmailBody',
    app: 'club',
    check({ gen1, gen2, files }) {
      same(poolOf(gen2).EmailVerificationSubject, poolOf(gen1).EmailVerificationSubject);
      same(poolOf(gen2).EmailVerificationMessage, poolOf(gen1).EmailVerificationMessage);
      assert.match(files[DEFINITION], /verificationEmailBody: \(createCode\) => /);
    },
    change: {
      file: 'src/generate/auth/definition.rs',
      from: 'for (index, text) in message.split(CODE_PLACEHOLDER).enumerate() {',
      to: 'for (index, text) in message.split(CODE_PLACEHOLDER).enumerate().take(2).skip(1) {',
    },
  },
  {
    id: 'auth-recovery',
    page: 'Auth: Email based user registration/forgot password',
    gen2: 'accountRecovery',
    app: 'club',
    check({ gen1, gen2, files }) {
      same(poolOf(gen2).AccountRecoverySetting, poolOf(gen1).AccountRecoverySetting);
      assert.match(files[DEFINITION], /accountRecovery: 'EMAIL_ONLY'/);
    },
    change: {
      file: 'src/generate/auth/definition.rs',
      from: '("EMAIL_ONLY", &["verified_email"]),',
      to: '("PHONE_ONLY_WITHOUT_MFA", &["verified_email"]),',
    },
  },
  {
    id: 'auth-guests',
    page: 'Auth: Unauthenticated logins',
    gen2: 'cfnIdentityPool.allowUnauthenticatedIdentities',
    app: 'club',
    check({ gen1, gen2 }) {
      const guests = (/** @type {Stacks} */ stacks) =>
        stacks.only('AWS::Cognito::IdentityPool').properties.AllowUnauthenticatedIdentities;
      same(guests(gen1), false);
      same(guests(gen2), false);
    },
    change: {
      file: 'src/generate/auth/user_pool.rs',
      from: '("AllowUnauthenticatedIdentities".to_owned(), Value::Bool(true)),',
      to: '("AllowUnauthenticatedIdentities".to_owned(), Value::Bool(false)),',
    },
  },
  {
    id: 'auth-identity-pool-federation',
    page: 'Issue: identity-pool federation',
    gen2: 'cfnIdentityPool.supportedLoginProviders',
    app: 'club',
    check({ gen1, gen2 }) {
      const providers = (/** @type {Stacks} */ stacks) =>
        stacks.only('AWS::Cognito::IdentityPool').properties.SupportedLoginProviders;
      assert.equal(Object.keys(providers(gen1)).length, 4);
      same(providers(gen2), providers(gen1));
    },
    change: {
      file: 'src/generate/typescript/property.rs',
      from: '("SupportedLoginProviders", Keys::Free),',
      to: '("SupportedLoginProviders", Keys::Properties),',
    },
  },
  {
    id: 'auth-imported',
    page: 'Auth: Import auth',
    gen2: 'referenceAuth, policies on the imported roles',
    app: 'guests',
    check({ gen1, gen2, files }) {
      assert.equal(gen1.all('AWS::Cognito::UserPool').length, 0);
      assert.equal(gen2.all('AWS::Cognito::UserPool').length, 0);
      assert.match(files[DEFINITION], /referenceAuth\(\{\n {2}userPoolId: 'us-east-1_/);
      const rights = (/** @type {Stacks} */ stacks) =>
        stacks
          .all('AWS::IAM::Policy')
          .filter(({ properties }) =>
            (properties.Roles ?? []).some((/** @type {string} */ role) => role === 'reception-visitor'),
          )
          .flatMap(({ properties }) => properties.PolicyDocument.Statement)
          .flatMap((statement) => statement.Action);
      assert.ok(rights(gen1).includes('s3:GetObject'));
      same(rights(gen2), rights(gen1));
    },
    change: {
      file: 'src/backend/interpret/index.rs',
      from: '("unauthRoleName", Principal::Unauthenticated),',
      to: '("unauthRole", Principal::Unauthenticated),',
    },
  },
  {
    id: 'auth-override',
    page: 'Auth: Override auth',
    gen2: 'properties of cfnUserPool, both clients and the groups, from the deployed template',
    app: 'club',
    check({ gen1, gen2 }) {
      for (const property of [
        'AdminCreateUserConfig',
        'DeletionProtection',
        'DeviceConfiguration',
        'EmailConfiguration',
        'UserPoolAddOns',
      ])
        same(poolOf(gen2)[property], poolOf(gen1)[property]);
      const descriptions = (/** @type {Stacks} */ stacks) =>
        stacks.all('AWS::Cognito::UserPoolGroup').map(({ properties }) => properties.Description);
      same(descriptions(gen2), descriptions(gen1));
    },
    change: {
      file: 'src/generate/auth/groups.rs',
      from: 'if let Some(description) = &group.description {',
      to: 'if let Some(description) = group.description.as_ref().filter(|text| text.is_empty()) {',
    },
  },
  {
    id: 'auth-all-triggers',
    page: 'Auth: Lambda Triggers (all types)',
    gen2: 'triggers, senders, userPool.addTrigger',
    test: { file: 'src/generate/tests/auth.rs', name: 'triggers_of_every_kind_are_connected' },
    change: {
      file: 'src/generate/auth/user_pool.rs',
      from: 'pub(super) const TOKEN_TRIGGER: &str = "PreTokenGenerationConfig";',
      to: 'pub(super) const TOKEN_TRIGGER: &str = "PreTokenGenerationConfiguration";',
    },
  },
  {
    id: 'defect-4',
    page: 'Defect 4',
    gen2: 'names of groups as texts and property keys, quoted as needed',
    test: { file: 'src/generate/tests/auth.rs', name: 'groups_keep_name_precedence_and_rights' },
    change: {
      file: 'src/generate/typescript/string.rs',
      from: "'\\'' => quoted.push_str(\"\\\\'\"),",
      to: "'\\'' => quoted.push('\\''),",
    },
  },
  {
    id: 'defect-7',
    page: 'Defect 7',
    gen2: 'min and max of userAttributes, negative or left out',
    test: { file: 'src/generate/tests/auth.rs', name: 'bounds_of_numbers_may_be_negative_or_missing' },
    change: {
      file: 'src/generate/auth/attributes.rs',
      from: 'Value::String(text) => text.parse::<i64>().ok().map(Into::into),',
      to: 'Value::String(text) => text.parse::<u64>().ok().map(Into::into),',
    },
  },
  {
    id: 'defect-8',
    page: 'Defect 8',
    gen2: 'callbackUrls and logoutUrls are never empty',
    test: { file: 'src/generate/tests/auth.rs', name: 'a_hosted_ui_needs_no_provider_and_no_address' },
    change: {
      file: 'src/generate/auth/providers.rs',
      from: '(true, Code::Array(others.chain([own]).collect()))',
      to: '(true, Code::Array(others.chain([own].into_iter().filter(|_| false)).collect()))',
    },
  },
  {
    id: 'defect-12',
    page: 'Defect 12',
    gen2: 'texts of the user reach the code through the literal helper only',
    test: { file: 'src/generate/tests/auth.rs', name: 'messages_stay_texts_whatever_they_hold' },
    change: {
      file: 'src/generate/auth/definition.rs',
      from: 'parts.push(Part::Text(text.to_owned()));',
      to: 'parts.push(Part::Text(text.replace("or", "_unused")));',
    },
  },
  {
    id: 'defect-19',
    page: 'Defect 19',
    gen2: 'token validities with their units',
    app: 'club',
    check(subject) {
      for (const [was, is] of [webClients(subject), nativeClients(subject)]) {
        same(was.TokenValidityUnits, { AccessToken: 'minutes', IdToken: 'hours', RefreshToken: 'days' });
        for (const property of ['TokenValidityUnits', 'AccessTokenValidity', 'IdTokenValidity', 'RefreshTokenValidity'])
          same(is[property], was[property]);
      }
    },
    change: {
      file: 'src/generate/auth/clients.rs',
      from: 'let mut properties = client.properties.clone();',
      to: 'let mut properties = client.properties.clone();\n    properties.shift_remove("TokenValidityUnits");',
    },
  },
  {
    id: 'defect-23',
    page: 'Defect 23',
    gen2: 'every setting of the built-in web client',
    app: 'club',
    check(subject) {
      const [was, is] = webClients(subject);
      const { CallbackURLs: _callbacks, LogoutURLs: _logouts, UserPoolId: _pool, ...settings } = was;
      for (const [property, value] of Object.entries(settings)) same(is[property], value);
      assert.ok(Object.keys(settings).length > 12);
    },
    change: {
      file: 'src/generate/auth/clients.rs',
      from: 'body.override_properties(&target, &gen1, &built_in, &NOT_SET, findings, auth);',
      to: 'body.override_properties(&target, &built_in.clone(), &built_in, &NOT_SET, findings, auth);',
    },
  },
  {
    id: 'defect-32',
    page: 'Defect 32',
    gen2: 'permissions of the auth trigger stack on the role of the function',
    app: 'gallery',
    check({ gen1, gen2 }) {
      const actions = (/** @type {Stacks} */ stacks) =>
        stacks
          .all('AWS::IAM::Policy')
          .flatMap(({ properties }) => properties.PolicyDocument.Statement)
          .filter((statement) => [statement.Action].flat().includes('cognito-idp:AdminAddUserToGroup'))
          .map((statement) => [statement.Action].flat())
          .filter((list) => list.length === 3);
      assert.equal(actions(gen1).length, 1);
      same(actions(gen2), actions(gen1));
    },
    change: {
      file: 'src/backend/interpret/mod.rs',
      from: '        policies::read(&mut interpretation, stack);',
      to: '        if stack.path != stacks::AUTH_TRIGGER_STACK {\n            policies::read(&mut interpretation, stack);\n        }',
    },
  },
];
