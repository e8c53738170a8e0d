/** Templates of atlas' functions, layer and custom resources, in the shape in which the Amplify CLI 14.2.2 writes them. */

const ENVIRONMENT = { Ref: 'env' };
const TEXT = { Type: 'String' };
const parameters = (...names) => Object.fromEntries(names.map((name) => [name, TEXT]));
const named = (name) => ({
  'Fn::If': ['ShouldNotCreateEnvResources', name, { 'Fn::Join': ['', [name, '-', ENVIRONMENT]] }],
});

function lambda(name, { runtime, layers, variables, policies, more }) {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Parameters: parameters('env', 'deploymentBucketName', 's3Key', ...more),
    Conditions: { ShouldNotCreateEnvResources: { 'Fn::Equals': [ENVIRONMENT, 'NONE'] } },
    Resources: {
      LambdaFunction: {
        Type: 'AWS::Lambda::Function',
        Metadata: { 'aws:asset:path': './src', 'aws:asset:property': 'Code' },
        Properties: {
          Code: { S3Bucket: { Ref: 'deploymentBucketName' }, S3Key: { Ref: 's3Key' } },
          Handler: 'index.handler',
          FunctionName: named(name),
          Environment: { Variables: { ENV: ENVIRONMENT, REGION: { Ref: 'AWS::Region' }, ...variables } },
          Role: { 'Fn::GetAtt': ['LambdaExecutionRole', 'Arn'] },
          Runtime: runtime,
          Layers: layers,
          Timeout: 25,
        },
      },
      LambdaExecutionRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: named(`${name}LambdaRole`),
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Principal: { Service: ['lambda.amazonaws.com'] }, Action: ['sts:AssumeRole'] },
            ],
          },
        },
      },
      lambdaexecutionpolicy: {
        DependsOn: ['LambdaExecutionRole'],
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'lambda-execution-policy',
          Roles: [{ Ref: 'LambdaExecutionRole' }],
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
                Resource: {
                  'Fn::Sub': [
                    'arn:aws:logs:${region}:${account}:log-group:/aws/lambda/${lambda}:log-stream:*',
                    {
                      region: { Ref: 'AWS::Region' },
                      account: { Ref: 'AWS::AccountId' },
                      lambda: { Ref: 'LambdaFunction' },
                    },
                  ],
                },
              },
            ],
          },
        },
      },
      ...policies,
    },
    Outputs: {
      Name: { Value: { Ref: 'LambdaFunction' } },
      Arn: { Value: { 'Fn::GetAtt': ['LambdaFunction', 'Arn'] } },
      Region: { Value: { Ref: 'AWS::Region' } },
      LambdaExecutionRole: { Value: { Ref: 'LambdaExecutionRole' } },
      LambdaExecutionRoleArn: { Value: { 'Fn::GetAtt': ['LambdaExecutionRole', 'Arn'] } },
    },
  };
}

export function nodeFunction(name) {
  return lambda(name, {
    runtime: 'nodejs22.x',
    layers: [{ Ref: 'functionsharedArn' }],
    variables: {},
    policies: {},
    more: ['functionsharedArn'],
  });
}

export function pythonFunction(name) {
  return lambda(name, {
    runtime: 'python3.12',
    layers: [],
    variables: { GEO_PLACES_NAME: { Ref: 'geoplacesName' }, CUSTOM_ALERTS_TOPICARN: { Ref: 'customalertsTopicArn' } },
    policies: {
      AmplifyResourcesPolicy: {
        DependsOn: ['LambdaExecutionRole'],
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'amplify-lambda-execution-policy',
          Roles: [{ Ref: 'LambdaExecutionRole' }],
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: [
                  'geo:DescribePlaceIndex',
                  'geo:GetPlace',
                  'geo:SearchPlaceIndexForPosition',
                  'geo:SearchPlaceIndexForText',
                  'geo:SearchPlaceIndexForSuggestions',
                ],
                Resource: [{ Ref: 'geoplacesArn' }],
              },
            ],
          },
        },
      },
      CustomLambdaExecutionPolicy: {
        DependsOn: 'LambdaExecutionRole',
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'custom-lambda-execution-policy',
          Roles: [{ Ref: 'LambdaExecutionRole' }],
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: ['sns:Publish'], Resource: [{ Ref: 'customalertsTopicArn' }] }],
          },
        },
      },
    },
    more: ['geoplacesName', 'geoplacesArn', 'customalertsTopicArn'],
  });
}

export function layer(name) {
  const version = 'LambdaLayerVersion5b2c41a9';
  const permission = (principal) => ({
    Type: 'AWS::Lambda::LayerVersionPermission',
    Properties: { Action: 'lambda:GetLayerVersion', LayerVersionArn: { Ref: version }, Principal: principal },
  });
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'Lambda layer resource stack creation using Amplify CLI',
    Parameters: {
      ...parameters('env', 'deploymentBucketName', 's3Key'),
      description: { Type: 'String', Default: '' },
      runtimes: { Type: 'List<String>' },
    },
    Resources: {
      [version]: {
        Type: 'AWS::Lambda::LayerVersion',
        Properties: {
          CompatibleRuntimes: { Ref: 'runtimes' },
          Content: { S3Bucket: { Ref: 'deploymentBucketName' }, S3Key: { Ref: 's3Key' } },
          Description: { Ref: 'description' },
          LayerName: { 'Fn::Sub': [`${name}-\${env}`, { env: ENVIRONMENT }] },
        },
        DeletionPolicy: 'Delete',
        UpdateReplacePolicy: 'Retain',
      },
      LambdaLayerPermissionPrivate5b2c41a9: permission({ Ref: 'AWS::AccountId' }),
      LambdaLayerPermissionAwsAccounts2109876543215b2c41a9: permission('210987654321'),
    },
    Outputs: { Arn: { Value: { Ref: version } } },
  };
}

/** What files/custom/alerts/cdk-stack.ts compiles to. */
export function alerts(projectName) {
  return {
    Parameters: {
      env: { Type: 'String', Description: 'Current Amplify CLI env name' },
      ...parameters('functionnotifyName', 'functionnotifyArn'),
    },
    Resources: {
      Topic: {
        Type: 'AWS::SNS::Topic',
        Properties: { TopicName: { 'Fn::Join': ['', ['alerts-', ENVIRONMENT]] } },
        Metadata: { 'aws:cdk:path': 'alerts/Topic' },
      },
      NotifySubscription: {
        Type: 'AWS::SNS::Subscription',
        Properties: { Protocol: 'lambda', TopicArn: { Ref: 'Topic' }, Endpoint: { Ref: 'functionnotifyArn' } },
      },
      TopicMayNotify: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: { Ref: 'functionnotifyArn' },
          Principal: 'sns.amazonaws.com',
          SourceArn: { Ref: 'Topic' },
        },
      },
      Daily: {
        Type: 'AWS::Events::Rule',
        Properties: { ScheduleExpression: 'rate(1 day)', Targets: [{ Arn: { Ref: 'Topic' }, Id: 'Topic' }] },
      },
      TopicParameter: {
        Type: 'AWS::SSM::Parameter',
        Properties: {
          Type: 'String',
          Name: { 'Fn::Join': ['', [`/${projectName}/`, ENVIRONMENT, '/alerts']] },
          Value: { Ref: 'Topic' },
        },
      },
    },
    Outputs: { TopicArn: { Value: { Ref: 'Topic' } }, RuleName: { Value: { Ref: 'Daily' } } },
  };
}

/** Written by hand: a table of its own, a right for signed-in users, a list, a condition, an export. */
export function archive() {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Parameters: {
      ...parameters('env', 'authRoleName', 'storageordersName'),
      keepDays: { Type: 'Number', Default: 7 },
      subnets: { Type: 'CommaDelimitedList' },
    },
    Conditions: { IsProduction: { 'Fn::Equals': [ENVIRONMENT, 'prod'] } },
    Resources: {
      Archive: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          AttributeDefinitions: [{ AttributeName: 'orderId', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'orderId', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
          PointInTimeRecoverySpecification: {
            PointInTimeRecoveryEnabled: { 'Fn::If': ['IsProduction', true, false] },
          },
        },
      },
      ReadArchive: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'read-archive',
          Roles: [{ Ref: 'authRoleName' }],
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Action: ['dynamodb:GetItem'], Resource: { 'Fn::GetAtt': ['Archive', 'Arn'] } },
            ],
          },
        },
      },
      Settings: {
        Type: 'AWS::SSM::Parameter',
        Condition: 'IsProduction',
        Properties: {
          Type: 'String',
          Name: '/atlas/archive',
          Value: {
            'Fn::Sub': [
              '{"from":"${storageordersName}","days":${keepDays},"first":"${first}","`q`":"\\\'"}',
              { first: { 'Fn::Select': [0, { Ref: 'subnets' }] } },
            ],
          },
        },
      },
    },
    Outputs: {
      TableName: { Value: { Ref: 'Archive' }, Export: { Name: { 'Fn::Sub': 'atlas-archive-${env}' } } },
    },
  };
}

/** The app is made by a function of the CLI. */
export function pinpoint() {
  const policy = (role, actions) => ({
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: `pinpoint-${role}`,
      Roles: [{ Ref: role }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: actions,
            Resource: [
              {
                'Fn::Join': [
                  '',
                  [
                    'arn:aws:mobiletargeting:',
                    { Ref: 'AWS::Region' },
                    ':',
                    { Ref: 'AWS::AccountId' },
                    ':apps/',
                    { 'Fn::GetAtt': ['PinpointFunctionOutputs', 'Id'] },
                    '*',
                  ],
                ],
              },
            ],
          },
        ],
      },
    },
  });
  const actions = ['mobiletargeting:PutEvents', 'mobiletargeting:UpdateEndpoint'];
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Parameters: parameters('env', 'appName', 'authRoleName', 'unauthRoleName'),
    Resources: {
      LambdaExecutionRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: { 'Fn::Join': ['', ['atlasclicksPinpointRole-', { Ref: 'env' }]] },
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { Service: ['lambda.amazonaws.com'] }, Action: ['sts:AssumeRole'] }],
          },
          Policies: [
            {
              PolicyName: 'PinpointCreateApp',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [{ Effect: 'Allow', Action: ['mobiletargeting:CreateApp', 'mobiletargeting:GetApp'], Resource: ['*'] }],
              },
            },
          ],
        },
      },
      PinpointFunction: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Code: { ZipFile: 'exports.handler = async () => {};' },
          Handler: 'index.handler',
          Runtime: 'nodejs22.x',
          Timeout: 300,
          Role: { 'Fn::GetAtt': ['LambdaExecutionRole', 'Arn'] },
        },
      },
      PinpointFunctionOutputs: {
        Type: 'Custom::LambdaCallout',
        Properties: { ServiceToken: { 'Fn::GetAtt': ['PinpointFunction', 'Arn'] }, appName: { Ref: 'appName' } },
        DependsOn: ['PinpointFunction'],
      },
      CognitoAuthPolicy: policy('authRoleName', actions),
      CognitoUnauthPolicy: policy('unauthRoleName', actions),
    },
    Outputs: {
      Id: { Value: { 'Fn::GetAtt': ['PinpointFunctionOutputs', 'Id'] } },
      Region: { Value: { Ref: 'AWS::Region' } },
      appName: { Value: { 'Fn::GetAtt': ['PinpointFunctionOutputs', 'Name'] } },
    },
  };
}

export function labels() {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Parameters: parameters('env', 'access', 'type', 'authRoleName', 'unauthRoleName'),
    Conditions: { AuthGuestRoleAccess: { 'Fn::Equals': [{ Ref: 'access' }, 'authAndGuest'] } },
    Resources: {
      IdentifyLabelsPolicy: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'labels',
          Roles: [
            { Ref: 'authRoleName' },
            { 'Fn::If': ['AuthGuestRoleAccess', { Ref: 'unauthRoleName' }, { Ref: 'AWS::NoValue' }] },
          ],
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['rekognition:DetectLabels', 'rekognition:DetectModerationLabels'],
                Resource: '*',
              },
            ],
          },
        },
      },
    },
    Outputs: { region: { Value: { Ref: 'AWS::Region' } }, type: { Value: { Ref: 'type' } } },
  };
}
