/**
 * Differences of a moved resource that change nothing its users or the deployment would notice, each with the reason.
 * No rule knows an app. What no rule allows makes the gate red.
 */
import { canonical } from './differences.mjs';

/** What a service assumes when a property is absent. A list stands for a set. */
const SERVICE_DEFAULTS = {
  'AWS::Cognito::UserPool': {
    'AdminCreateUserConfig.AllowAdminCreateUserOnly': false,
    DeletionProtection: 'INACTIVE',
    'EmailConfiguration.EmailSendingAccount': 'COGNITO_DEFAULT',
    MfaConfiguration: 'OFF',
    'Policies.PasswordPolicy.TemporaryPasswordValidityDays': 7,
    'VerificationMessageTemplate.DefaultEmailOption': 'CONFIRM_WITH_CODE',
  },
  'AWS::Cognito::UserPoolClient': {
    AllowedOAuthFlowsUserPoolClient: false,
    AuthSessionValidity: 3,
    EnablePropagateAdditionalUserContextData: false,
    EnableTokenRevocation: true,
    ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH'],
    GenerateSecret: false,
    PreventUserExistenceErrors: 'LEGACY',
  },
  'AWS::Cognito::UserPoolIdentityProvider': {
    'ProviderDetails.IDPSignout': false,
    'ProviderDetails.attributes_request_method': 'GET',
  },
  'AWS::Cognito::IdentityPool': { AllowClassicFlow: false },
  'AWS::S3::Bucket': {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    'AccelerateConfiguration.AccelerationStatus': 'Suspended',
  },
  'AWS::DynamoDB::Table': {
    BillingMode: 'PROVISIONED',
    'ContributorInsightsSpecification.Enabled': false,
    DeletionProtectionEnabled: false,
    'PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled': false,
    'SSESpecification.SSEEnabled': false,
    TableClass: 'STANDARD',
  },
  'AWS::Kinesis::Stream': { RetentionPeriodHours: 24, 'StreamModeDetails.StreamMode': 'PROVISIONED' },
};

/** Amplify's own tags; `aws-cdk:auto-delete-objects` is none of them, because it empties buckets. */
const AMPLIFY_TAGS =
  /^(amplify:(app-id|branch-name|deployment-type|friendly-name)|created-by|user:Stack|user:Application)$/;

/** The attribute that each social provider calls a user's id. */
const SOCIAL_USER_ID = { Google: 'sub', Facebook: 'id', LoginWithAmazon: 'user_id', SignInWithApple: 'sub' };
const HOSTING_ADDRESS = /^https:\/\/[a-z0-9-]+\.d[a-z0-9]+\.amplifyapp\.com\/$/;

const MINUTES = { seconds: 1 / 60, minutes: 1, hours: 60, days: 1440 };
/** Units that Cognito assumes for a validity whose unit is not given. */
const DEFAULT_UNITS = { RefreshToken: 'days', AccessToken: 'hours', IdToken: 'hours' };

/**
 * The context is all properties of both resources, Gen 1's with its tokens translated.
 * @type {import('./allowance.mjs').Allowance<import('./compare-resources.mjs').ResourceDifference, {properties1: any, properties2: any}>[]}
 */
export const ALLOWED_RESOURCE_DIFFERENCES = [
  {
    id: 'service-default',
    reason: 'One generation writes the default of the service, the other leaves it out.',
    covers: ({ type, path, gen1, gen2 }) => {
      if (gen1 !== undefined && gen2 !== undefined) return false;
      const [property] = path.split('.');
      const defaults = SERVICE_DEFAULTS[type] ?? {};
      const assumed = path in defaults ? defaults[path] : undefined;
      if (assumed !== undefined) return canonical(gen1 ?? gen2) === canonical(assumed);
      return (
        property in defaults &&
        path.startsWith(`${property}.`) &&
        canonical(nested(defaults[property], path.slice(property.length + 1))) === canonical(gen1 ?? gen2)
      );
    },
  },
  {
    id: 'amplify-tags',
    reason: 'Gen 2 tags resources with app and branch; tags name a resource and change nothing about it.',
    covers: ({ path, gen1, gen2 }) => {
      const [property, ...key] = path.split('.');
      if (property === 'UserPoolTags') return AMPLIFY_TAGS.test(key.join('.'));
      if (property !== 'Tags' && property !== 'IdentityPoolTags') return false;
      const own = (tags) => canonical((tags ?? []).filter((tag) => !AMPLIFY_TAGS.test(tag.Key)));
      return own(gen1) === own(gen2);
    },
  },
  {
    id: 'cors-rule-id',
    reason: 'The id of a CORS rule is a label.',
    covers: ({ type, path, gen1, gen2 }) => {
      if (type !== 'AWS::S3::Bucket' || path !== 'CorsConfiguration.CorsRules' || !gen1 || !gen2) return false;
      const unlabelled = (rules) => canonical(rules.map(({ Id, ...rule }) => rule));
      return unlabelled(gen1) === unlabelled(gen2);
    },
  },
  {
    id: 'bucket-key-off',
    reason: 'Without KMS keys a bucket key does nothing.',
    covers: ({ type, path, gen1, gen2 }) => {
      if (type !== 'AWS::S3::Bucket' || path !== 'BucketEncryption.ServerSideEncryptionConfiguration' || !gen1 || !gen2)
        return false;
      const algorithm = (rules) => canonical(rules.map(({ BucketKeyEnabled, ...rule }) => rule));
      return algorithm(gen1) === algorithm(gen2) && algorithm(gen1).includes('AES256');
    },
  },
  {
    id: 'same-duration',
    reason: 'The validity of the token is the same, written in another unit.',
    covers: ({ type, path }, { properties1, properties2 }) => {
      if (type !== 'AWS::Cognito::UserPoolClient') return false;
      const tokenKind =
        /^(?:(RefreshToken|AccessToken|IdToken)Validity|TokenValidityUnits\.(RefreshToken|AccessToken|IdToken))$/.exec(
          path,
        );
      if (!tokenKind) return false;
      const kind = tokenKind[1] ?? tokenKind[2];
      const minutes = ({ TokenValidityUnits = {}, ...validity }) => {
        const amount = validity[`${kind}Validity`];
        // without a number Cognito takes its own duration whatever the unit says
        return amount === undefined
          ? 'default'
          : Number(amount) * MINUTES[TokenValidityUnits[kind] ?? DEFAULT_UNITS[kind]];
      };
      return minutes(properties1) === minutes(properties2);
    },
  },
  {
    id: 'message-template-repeats',
    reason: 'Cognito keeps the verification messages in one place; the template repeats what the other properties say.',
    covers: ({ type, path, gen1, gen2 }, { properties1, properties2 }) => {
      const source = {
        'VerificationMessageTemplate.EmailMessage': 'EmailVerificationMessage',
        'VerificationMessageTemplate.EmailSubject': 'EmailVerificationSubject',
        'VerificationMessageTemplate.SmsMessage': 'SmsVerificationMessage',
      }[path];
      if (type !== 'AWS::Cognito::UserPool' || !source || (gen1 !== undefined && gen2 !== undefined)) return false;
      return canonical(gen1 ?? gen2) === canonical((gen1 === undefined ? properties1 : properties2)[source]);
    },
  },
  {
    id: 'user-name-mapping',
    reason: "Cognito itself takes a social provider's user id as the user name; no template can say otherwise.",
    covers: ({ type, path, gen1, gen2 }, { properties1 }) =>
      type === 'AWS::Cognito::UserPoolIdentityProvider' &&
      path === 'AttributeMapping.username' &&
      gen2 === undefined &&
      gen1 === SOCIAL_USER_ID[properties1.ProviderType ?? properties1.ProviderName],
  },
  {
    id: 'own-address-of-the-branch',
    reason: 'The branch may be signed in to and out of at its own address on Amplify Hosting, besides those of Gen 1.',
    covers: ({ type, path, gen1, gen2 }) => {
      if (type !== 'AWS::Cognito::UserPoolClient' || !['CallbackURLs', 'LogoutURLs'].includes(path)) return false;
      const [before, now] = [gen1 ?? [], gen2 ?? []];
      const added = now.filter((url) => !before.includes(url));
      return before.every((url) => now.includes(url)) && added.every((url) => HOSTING_ADDRESS.test(url));
    },
  },
  {
    id: 'more-protection',
    reason: 'Deletion protection may be added, never taken away.',
    covers: ({ type, path, gen2 }) =>
      (type === 'AWS::DynamoDB::Table' &&
        path === 'DeletionProtectionEnabled' &&
        canonical(gen2) === canonical(true)) ||
      (type === 'AWS::Cognito::UserPool' && path === 'DeletionProtection' && gen2 === 'ACTIVE'),
  },
];

function nested(value, path) {
  return path.split('.').reduce((inner, key) => inner?.[key], value);
}
