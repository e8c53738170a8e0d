import * as cdk from 'aws-cdk-lib';
import * as AmplifyHelpers from '@aws-amplify/cli-extensibility-helper';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subs from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export class cdkStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props?: cdk.StackProps, amplifyResourceProps?: AmplifyHelpers.AmplifyResourceProps) {
    super(scope, id, props);
    /* Do not remove - Amplify CLI automatically injects the current deployment environment in this input parameter */
    new cdk.CfnParameter(this, 'env', {
      type: 'String',
      description: 'Current Amplify CLI env name',
    });

    const project = AmplifyHelpers.getProjectInfo();
    const topic = new sns.Topic(this, 'stock-alerts', {
      topicName: `stock-alerts-${project.projectName}-${cdk.Fn.ref('env')}`,
    });
    topic.addSubscription(new subs.EmailSubscription('keepers@depot.example'));
    new cdk.CfnOutput(this, 'topicArn', { value: topic.topicArn, description: 'The arn of the SNS topic' });
  }
}
