import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

function changeJson(path, change) {
  const value = JSON.parse(readFileSync(path, 'utf8'));
  change(value);
  writeFileSync(path, JSON.stringify(value, null, 2));
}

/**
 * club: user names with aliases, sign-in with Facebook, Google, Amazon and Apple in the user pool and in the identity pool, every trigger template of the CLI,
 * an administrators' API for a group of its own, policies of a group, and overrides that add what the CLI does not ask for.
 */
export default {
  projectName: 'club',
  appId: 'd1club7m3x5qz',
  env: 'prod',
  region: 'us-east-1',
  steps: [
    {
      amplify: ['add', 'auth'],
      answers: [
        ['default authentication and security configuration', 'Manual configuration'],
        ['authentication/authorization services', 'User Sign-Up, Sign-In, connected with AWS IAM controls (Enables per-user Storage features for images or other content, Analytics, and more)'],
        ['friendly name for your resource', 'clubusers'],
        ['name for your identity pool', 'clubusers_identitypool'],
        ['Allow unauthenticated logins', 'No'],
        ['3rd party authentication providers', 'Yes'],
        ['third party identity providers you want to configure', ['Facebook', 'Google', 'Amazon', 'Apple']],
        ['Facebook App ID for your identity pool', '998877665544'],
        ['Google Web Client ID for your identity pool', '555-club.apps.googleusercontent.com'],
        ['Amazon App ID for your identity pool', 'amzn1.application.club'],
        ['Bundle Identifier for your identity pool', 'com.example.club'],
        ['name for your user pool:', 'clubusers_userpool'],
        ['users to be able to sign in', 'Username'],
        ['add User Pool Groups', 'Yes'],
        ['name for your user pool group', 'Members'],
        ['add another User Pool Group', true],
        ['name for your user pool group', 'Treasurers'],
        ['add another User Pool Group', false],
        ['Sort the user pool groups', ['Treasurers', 'Members']],
        ['admin queries API', 'Yes'],
        ['restrict access to the admin queries API', true],
        ['group to restrict access with', 'Treasurers'],
        ['Multifactor authentication', 'OPTIONAL (Individual users can use MFA)'],
        ['select the MFA types', ['Time-Based One-Time Password (TOTP)', 'SMS Text Message']],
        ['SMS authentication message', "It's `{####}` for ${club} — \"Café\""],
        ['Email based user registration', 'Enabled (Requires per-user email entry at registration)'],
        ['email verification subject', 'Welcome to the `club`, ${name}!'],
        ['email verification message', "Your \"club\" code is {####} — it's ${secret} \\ `safe` ü"],
        ['override the default password policy', true],
        ['minimum password length', '10'],
        ['password character requirements', ['Requires Lowercase', 'Requires Numbers']],
        ['attributes are required for signing up', ['email', 'name', 'preferred_username']],
        ['refresh token expiration', '90'],
        ['attributes this app can read and write', true],
        ['read attributes', ['email', 'name', 'preferred_username', 'email_verified']],
        ['write attributes', ['nickname']],
        [
          'following capabilities',
          [
            'Add Google reCaptcha Challenge',
            'Email Verification Link with Redirect',
            'Add User to Group',
            'Email Domain Filtering (denylist)',
            'Email Domain Filtering (allowlist)',
            'Override ID Token Claims',
          ],
        ],
        ['use an OAuth flow', 'Yes'],
        ['domain name prefix', 'club-sign-in'],
        ['Enter your redirect signin URI', 'http://localhost:5173/'],
        ['add another redirect signin', true],
        ['Enter your redirect signin URI', 'club://signed-in/'],
        ['add another redirect signin', false],
        ['Enter your redirect signout URI', 'http://localhost:5173/bye/'],
        ['add another redirect signout', false],
        ['OAuth flows enabled', 'Implicit grant'],
        ['OAuth scopes enabled', ['Email', 'OpenID', 'Profile']],
        ['social providers you want to configure', ['Facebook', 'Google', 'Login With Amazon', 'Sign in with Apple']],
        ['Facebook App ID for your OAuth', '112233445566'],
        ['Facebook App Secret for your OAuth', 'facebook-not-a-real-secret'],
        ['Google Web Client ID for your OAuth', '123-abc.apps.googleusercontent.com'],
        ['Google Web Client Secret for your OAuth', 'google-not-a-real-secret'],
        ['Amazon App ID for your OAuth', 'amzn1.application-oa2-client.club'],
        ['Amazon App Secret for your OAuth', 'amazon-not-a-real-secret'],
        ['Services ID for your OAuth', 'com.example.club.signin'],
        ['Team ID for your OAuth', 'TEAM123456'],
        ['Key ID for your OAuth', 'KEY1234567'],
        ['Private Key for your OAuth', '-----BEGIN PRIVATE KEY-----notarealkey-----END PRIVATE KEY-----'],
        ['configure Lambda Triggers', true],
        ['triggers do you want to enable', ['DefineAuthChallenge', 'CreateAuthChallenge', 'VerifyAuthChallengeResponse', 'CustomMessage', 'PostConfirmation', 'PostAuthentication', 'PreSignup', 'PreTokenGeneration']],
        ['functionality do you want to use for Define Auth', ['captcha-define-challenge']],
        ['functionality do you want to use for Create Auth', ['captcha-create-challenge']],
        ['functionality do you want to use for Verify Auth', ['captcha-verify']],
        ['functionality do you want to use for Custom Message', ['verification-link']],
        ['functionality do you want to use for Post Confirmation', ['add-to-group']],
        ['functionality do you want to use for Post Authentication', ['custom']],
        ['functionality do you want to use for Pre Sign', ['email-filter-denylist', 'email-filter-allowlist']],
        ['functionality do you want to use for Pre Token', ['alter-claims']],
        ['reCaptcha secret key', 'recaptcha-not-a-real-secret'],
        ['URL that your users will be redirected to', 'https://club.example.com/welcome'],
        ['subject for your custom account confirmation', "You're nearly in, `friend`"],
        ['body text for your custom account confirmation', 'Follow ${this} "link" ü'],
        ['name of the group to which users will be added', 'Members'],
        ['disallowed email domains', 'spam.example, trash.example'],
        ['allowed email domains', 'club.example.com, example.org'],
        ['edit the local', false],
        ['edit your .*function now', false],
        ['edit your .*function now', false],
        ['edit your .*function now', false],
        ['edit your .*function now', false],
        ['edit your .*function now', false],
        ['edit your .*function now', false],
        ['edit your .*function now', false],
        ['edit your .*function now', false],
        ['edit your .*function now', false],
        ['edit your .*function now', false],
      ],
    },
    {
      edit: (project) => {
        const auth = join(project, 'amplify', 'backend', 'auth');
        // the CLI asks for neither, and keeps both
        changeJson(join(auth, 'clubusers', 'cli-inputs.json'), ({ cognitoConfig }) => {
          cognitoConfig.aliasAttributes = ['email', 'preferred_username'];
          cognitoConfig.usernameCaseSensitive = false;
        });
        changeJson(join(auth, 'userPoolGroups', 'user-pool-group-precedence.json'), (groups) => {
          groups[0].customPolicies = [
            {
              PolicyName: 'treasury',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [
                  { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::club-treasury/${cognito-identity.amazonaws.com:sub}/*'] },
                  { Effect: 'Deny', Action: ['s3:DeleteObject'], Resource: '*' },
                ],
              },
            },
          ];
        });
      },
    },
    { overlay: 'handwritten' },
    {
      amplify: ['push'],
      answers: [['Are you sure you want to continue', true]],
    },
  ],
};
