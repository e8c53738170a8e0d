import * as AmplifyHelpers from '@aws-amplify/cli-extensibility-helper';
import * as cdk from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { AmplifyDependentResourcesAttributes } from '../../types/amplify-dependent-resources-ref';

export class cdkStack extends cdk.Stack {
  constructor(
    scope: Construct,
    id: string,
    props?: cdk.StackProps,
    amplifyResourceProps?: AmplifyHelpers.AmplifyResourceProps,
  ) {
    super(scope, id, props);
    new cdk.CfnParameter(this, 'env', { type: 'String', description: 'Current Amplify CLI env name' });
    const dependencies: AmplifyDependentResourcesAttributes = AmplifyHelpers.addResourceDependency(
      this,
      amplifyResourceProps!.category,
      amplifyResourceProps!.resourceName,
      [{ category: 'function', resourceName: 'notify' }],
    );
    const notifyArn = cdk.Fn.ref(dependencies.function.notify.Arn);
    const { projectName } = AmplifyHelpers.getProjectInfo();

    const topic = new sns.CfnTopic(this, 'Topic', { topicName: `alerts-${cdk.Fn.ref('env')}` });
    new sns.CfnSubscription(this, 'NotifySubscription', { topicArn: topic.ref, protocol: 'lambda', endpoint: notifyArn });
    new lambda.CfnPermission(this, 'TopicMayNotify', {
      action: 'lambda:InvokeFunction',
      functionName: notifyArn,
      principal: 'sns.amazonaws.com',
      sourceArn: topic.ref,
    });
    const rule = new events.CfnRule(this, 'Daily', {
      scheduleExpression: 'rate(1 day)',
      targets: [{ arn: topic.ref, id: 'Topic' }],
    });
    new ssm.CfnParameter(this, 'TopicParameter', {
      type: 'String',
      name: `/${projectName}/${cdk.Fn.ref('env')}/alerts`,
      value: topic.ref,
    });
    new cdk.CfnOutput(this, 'TopicArn', { value: topic.ref });
    new cdk.CfnOutput(this, 'RuleName', { value: rule.ref });
  }
}
