export function override(resources: any, amplifyProjectInfo: any) {
  const api = resources.api.GraphQLAPI;
  api.xrayEnabled = true;
  api.logConfig = {
    cloudWatchLogsRoleArn: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/forum-appsync-logs' },
    excludeVerboseContent: true,
    fieldLogLevel: 'ERROR',
  };
  api.addPropertyOverride('IntrospectionConfig', 'DISABLED');
  api.addPropertyOverride('QueryDepthLimit', 12);
  api.addPropertyOverride('ResolverCountLimit', 500);
  api.addPropertyOverride('EnvironmentVariables', {
    STAGE: amplifyProjectInfo.envName,
    MOTTO: 'back`tick ${not} \\ "quoted"',
  });

  const post = resources.models['Post'];
  post.modelDDBTable.pointInTimeRecoverySpecification = { pointInTimeRecoveryEnabled: true };
  post.modelDDBTable.timeToLiveSpecification = { attributeName: 'expires', enabled: true };
  post.resolvers['queryGetPostResolver'].cachingConfig = { ttl: 60, cachingKeys: ['$context.arguments.id'] };

  const comment = resources.models['Comment'].appsyncFunctions;
  comment['QueryGetCommentDataResolverFnQueryGetCommentDataResolverFn.AppSyncFunction'].addPropertyOverride('MaxBatchSize', 10);
  const deletion = comment['MutationDeleteCommentDataResolverFnMutationDeleteCommentDataResolverFn.AppSyncFunction'];
  deletion.responseMappingTemplateS3Location = undefined;
  deletion.responseMappingTemplate = '#if( $ctx.error )\n$util.error("Not deleted: ${ctx.error.message}")\n#end\n$util.toJson($ctx.result)';

  resources.opensearch.OpenSearchDomain.elasticsearchClusterConfig = { instanceCount: 2, instanceType: 't3.medium.elasticsearch' };
  resources.opensearch.OpenSearchStreamingLambdaFunction.memorySize = 256;
}
