/** What the developer writes into the templates of the CLI by hand: `amplify add function` has no questions for it. */
import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const writeJson = (path, value) => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);

const ref = (name) => ({ Ref: name });
const attribute = (name, of) => ({ 'Fn::GetAtt': [name, of] });
const sub = (text) => ({ 'Fn::Sub': text });

/** A policy of the function's role. */
const policy = (name, statements) => ({
  DependsOn: ['LambdaExecutionRole'],
  Type: 'AWS::IAM::Policy',
  Properties: { PolicyName: name, Roles: [ref('LambdaExecutionRole')], PolicyDocument: { Version: '2012-10-17', Statement: statements } },
});

const allow = (Action, Resource, more = {}) => ({ Effect: 'Allow', Action, Resource, ...more });

const mapping = (source, more) => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  DependsOn: ['LambdaExecutionRole'],
  Properties: { EventSourceArn: source, FunctionName: attribute('LambdaFunction', 'Arn'), ...more },
});

const rule = (ScheduleExpression, more = {}) => ({
  Type: 'AWS::Events::Rule',
  Properties: { ScheduleExpression, State: 'ENABLED', Targets: [{ Arn: attribute('LambdaFunction', 'Arn'), Id: 'Target' }], ...more },
});

const startedBy = (ruleName) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: ref('LambdaFunction'),
    Principal: 'events.amazonaws.com',
    SourceArn: attribute(ruleName, 'Arn'),
  },
});

const edits = {
  resize({ lambda }) {
    lambda.MemorySize = 256;
  },

  resizer({ lambda }) {
    lambda.Handler = 'lib/app.run';
    lambda.Environment.Variables.LEDGER = sub('arn:${AWS::Partition}:s3:::workshop-archive-${env}/resized');
  },

  /** A queue of its own with what belongs to it, a URL, what happens to failures, an alarm. */
  intake({ template, lambda }) {
    lambda.Environment.Variables.QUEUE_URL = ref('IntakeQueue');
    Object.assign(template.Resources, {
      IntakeDeadLetters: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 1209600 } },
      IntakeQueue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: sub('workshop-intake-${env}'),
          VisibilityTimeout: 180,
          RedrivePolicy: { deadLetterTargetArn: attribute('IntakeDeadLetters', 'Arn'), maxReceiveCount: 3 },
        },
      },
      IntakeQueuePolicy: policy('intake-queue', [
        allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], attribute('IntakeQueue', 'Arn')),
        allow('sqs:SendMessage', [attribute('IntakeDeadLetters', 'Arn')]),
      ]),
      IntakeMapping: {
        ...mapping(attribute('IntakeQueue', 'Arn'), {
          BatchSize: 10,
          MaximumBatchingWindowInSeconds: 5,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["order"]}}' }] },
          ScalingConfig: { MaximumConcurrency: 5 },
        }),
        DependsOn: ['IntakeQueuePolicy'],
      },
      IntakeInvokeConfig: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: ref('LambdaFunction'),
          Qualifier: '$LATEST',
          MaximumRetryAttempts: 0,
          MaximumEventAgeInSeconds: 3600,
          DestinationConfig: { OnFailure: { Destination: attribute('IntakeDeadLetters', 'Arn') } },
        },
      },
      IntakeUrl: {
        Type: 'AWS::Lambda::Url',
        Properties: {
          TargetFunctionArn: attribute('LambdaFunction', 'Arn'),
          AuthType: 'AWS_IAM',
          Cors: { AllowOrigins: ['https://workshop.example'], AllowMethods: ['POST'], MaxAge: 300 },
        },
      },
      IntakeErrors: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmName: sub('workshop-intake-errors-${env}'),
          Namespace: 'AWS/Lambda',
          MetricName: 'Errors',
          Dimensions: [{ Name: 'FunctionName', Value: ref('LambdaFunction') }],
          Statistic: 'Sum',
          Period: 300,
          EvaluationPeriods: 1,
          Threshold: 1,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
          TreatMissingData: 'notBreaching',
        },
      },
    });
    template.Outputs.IntakeQueueUrl = { Value: ref('IntakeQueue') };
  },

  /** In a VPC with a file system, and everything else that can be set on a function. */
  keeper({ template, lambda, parameters }) {
    template.Parameters.subnets = { Type: 'CommaDelimitedList', Default: 'subnet-0a1b2c3d4e5f60718,subnet-0a1b2c3d4e5f60719' };
    template.Parameters.securityGroup = { Type: 'String' };
    parameters.securityGroup = 'sg-0a1b2c3d4e5f60720';
    Object.assign(lambda, {
      Description: "Keeps `files` of ${makers}, 'safe'",
      MemorySize: 512,
      Timeout: 120,
      EphemeralStorage: { Size: 1024 },
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      ReservedConcurrentExecutions: 2,
      VpcConfig: { SubnetIds: ref('subnets'), SecurityGroupIds: [ref('securityGroup')] },
      DeadLetterConfig: { TargetArn: attribute('KeeperDeadLetters', 'Arn') },
      FileSystemConfigs: [
        { Arn: sub('arn:aws:elasticfilesystem:${AWS::Region}:${AWS::AccountId}:access-point/fsap-0a1b2c3d4e5f60721'), LocalMountPath: '/mnt/files' },
      ],
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO' },
    });
    template.Resources.LambdaExecutionRole.Properties.ManagedPolicyArns = [
      'arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole',
      sub('arn:${AWS::Partition}:iam::aws:policy/AWSXRayDaemonWriteAccess'),
    ];
    Object.assign(template.Resources, {
      KeeperDeadLetters: { Type: 'AWS::SQS::Queue', Properties: { KmsMasterKeyId: 'alias/aws/sqs' } },
      KeeperFailures: policy('keeper-failures', [allow('sqs:SendMessage', attribute('KeeperDeadLetters', 'Arn'))]),
      KeeperLogs: {
        Type: 'AWS::Logs::LogGroup',
        Properties: { LogGroupName: sub('/aws/lambda/${LambdaFunction}'), RetentionInDays: 14 },
      },
      KeeperVersion: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: ref('LambdaFunction') } },
      KeeperAlias: {
        Type: 'AWS::Lambda::Alias',
        Properties: {
          Name: 'live',
          FunctionName: ref('LambdaFunction'),
          FunctionVersion: attribute('KeeperVersion', 'Version'),
          ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 1 },
        },
      },
    });
  },

  nightly({ template }) {
    Object.assign(template.Resources, {
      NightlyOften: rule('rate(7 minutes)', { Description: 'Looks after `new` orders' }),
      NightlyOftenPermission: startedBy('NightlyOften'),
      NightlyPaused: rule('cron(0 3 L * ? *)', { State: 'DISABLED' }),
      NightlyPausedPermission: startedBy('NightlyPaused'),
    });
  },

  courier({ template, lambda }) {
    template.Parameters.insightsLayer = {
      Type: 'String',
      Default: 'arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:53',
    };
    lambda.Layers = [
      sub('arn:aws:lambda:${AWS::Region}:094274105915:layer:AWSLambdaPowertoolsTypeScriptV2:30'),
      ...lambda.Layers,
      ref('insightsLayer'),
      'arn:aws:lambda:us-east-1:222233334444:layer:codes-of-another-team:4',
    ];
  },

  stock({ template }) {
    Object.assign(template.Resources, {
      StockStream: mapping(ref('storageinventoryStreamArn'), {
        StartingPosition: 'TRIM_HORIZON',
        BatchSize: 25,
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 4,
        MaximumRecordAgeInSeconds: 7200,
        TumblingWindowInSeconds: 60,
        FilterCriteria: { Filters: [{ Pattern: '{"eventName":["MODIFY"]}' }] },
      }),
      StockStreamPolicy: policy('stock-stream', [
        allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'], ref('storageinventoryStreamArn')),
      ]),
    });
  },

  feed({ template }) {
    Object.assign(template.Resources, {
      FeedFailures: { Type: 'AWS::SQS::Queue', Properties: {} },
      FeedFailuresPolicy: policy('feed-failures', [allow('sqs:SendMessage', attribute('FeedFailures', 'Arn'))]),
      FeedClicks: mapping(ref('analyticsclickskinesisStreamArn'), {
        StartingPosition: 'LATEST',
        BatchSize: 200,
        ParallelizationFactor: 2,
        MaximumBatchingWindowInSeconds: 30,
        DestinationConfig: { OnFailure: { Destination: attribute('FeedFailures', 'Arn') } },
      }),
      FeedMachines: mapping(ref('analyticsmachineskinesisStreamArn'), { StartingPosition: 'TRIM_HORIZON', Enabled: false }),
    });
  },

  legacy({ lambda }) {
    lambda.Runtime = 'nodejs16.x';
  },

  scribe({ lambda }) {
    lambda.Runtime = 'python3.8';
    lambda.Environment.Variables.JOURNAL = sub('journal-${env}');
  },

  /** The CLI forgets a parameter when a function may use both the API and one of its tables. */
  profile({ template, lambda }) {
    template.Parameters.apiworkshopGraphQLAPIEndpointOutput = { Type: 'String', Default: 'apiworkshopGraphQLAPIEndpointOutput' };
    lambda.Environment.Variables.ROLE_OF_LEDGER = sub('arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${functionledgerName}');
  },

  /** Every form of a statement, and values that are computed. */
  vault({ template, lambda }) {
    template.Mappings = { Tiers: { prod: { level: 'gold', limit: '100' }, dev: { level: 'tin', limit: '1' } } };
    template.Conditions.IsProduction = { 'Fn::Equals': [ref('env'), 'prod'] };
    Object.assign(lambda.Environment.Variables, {
      X: 'one letter',
      TIER: { 'Fn::FindInMap': ['Tiers', ref('env'), 'level'] },
      LABEL: sub('vault of ${env} in ${AWS::Region}'),
      MODE: { 'Fn::If': ['IsProduction', 'careful', 'quick'] },
      BUCKET: { 'Fn::Join': ['-', ['workshop', 'archive', ref('env')]] },
      OWN_ROLE: attribute('LambdaExecutionRole', 'Arn'),
    });
    template.Resources.LambdaExecutionRole.Properties.Policies = [
      {
        PolicyName: 'publish',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: allow('sns:Publish', '*', { Condition: { StringEquals: { 'aws:RequestedRegion': ['us-east-1', 'eu-west-1'] } } }),
        },
      },
    ];
    Object.assign(template.Resources, {
      VaultPolicy: policy('vault', [
        allow('secretsmanager:GetSecretValue', sub('arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:workshop/${env}/*')),
        { Effect: 'Deny', NotAction: ['s3:Get*', 's3:List*'], Resource: [sub('arn:aws:s3:::workshop-archive-${env}'), sub('arn:aws:s3:::workshop-archive-${env}/*')] },
        { Effect: 'Deny', Action: 'kms:Decrypt', NotResource: 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555' },
        allow(['cloudwatch:PutMetricData'], '*', { Condition: { StringEquals: { 'cloudwatch:namespace': 'Workshop/Vault' } } }),
      ]),
    });
  },
};

/** Edits the templates of the functions and of the streams. */
export function editTemplates(project) {
  const backend = join(project, 'amplify', 'backend');
  for (const [name, edit] of Object.entries(edits)) {
    const folder = join(backend, 'function', name);
    const path = join(folder, `${name}-cloudformation-template.json`);
    const template = readJson(path);
    const parametersPath = join(folder, 'parameters.json');
    let parameters = {};
    try {
      parameters = readJson(parametersPath);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    const before = JSON.stringify(parameters);
    edit({ template, lambda: template.Resources.LambdaFunction.Properties, parameters });
    writeJson(path, template);
    if (JSON.stringify(parameters) !== before) writeJson(parametersPath, parameters);
  }
  for (const file of ['amplify-meta.json', 'backend-config.json']) {
    const resources = readJson(join(backend, file));
    const { attributes } = resources.function.profile.dependsOn.find(({ category }) => category === 'api');
    attributes.push('GraphQLAPIEndpointOutput');
    writeJson(join(backend, file), resources);
  }
  const clicks = join(backend, 'analytics', 'clicks', 'kinesis-cloudformation-template.json');
  const template = readJson(clicks);
  Object.assign(template.Resources.KinesisStream.Properties, {
    RetentionPeriodHours: 48,
    StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
  });
  writeJson(clicks, template);
  const machines = join(backend, 'analytics', 'machines', 'machines-cloudformation-template.json');
  const onDemand = readJson(machines);
  delete onDemand.Resources.KinesisStream.Properties.ShardCount;
  onDemand.Resources.KinesisStream.Properties.StreamModeDetails = { StreamMode: 'ON_DEMAND' };
  writeJson(machines, onDemand);
}

/** A second stream: the folder of the first, under another name. */
export function copyStream(project) {
  const backend = join(project, 'amplify', 'backend');
  const folder = join(backend, 'analytics', 'machines');
  cpSync(join(backend, 'analytics', 'clicks'), folder, { recursive: true });
  // the CLI uploads templates by category and file name
  renameSync(join(folder, 'kinesis-cloudformation-template.json'), join(folder, 'machines-cloudformation-template.json'));
  const path = join(folder, 'parameters.json');
  writeJson(path, JSON.parse(readFileSync(path, 'utf8').replaceAll('clicks', 'machines')));
  for (const file of ['amplify-meta.json', 'backend-config.json']) {
    const resources = readJson(join(backend, file));
    resources.analytics.machines = resources.analytics.clicks;
    writeJson(join(backend, file), resources);
  }
}
