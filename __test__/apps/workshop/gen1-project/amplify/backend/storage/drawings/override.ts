/** History, encryption with a key of ours, cleaning up, and two functions for the drawings that come in. */
export function override(resources: any) {
  const bucket = resources.s3Bucket;
  bucket.versioningConfiguration = { status: 'Enabled' };
  bucket.bucketEncryption = {
    serverSideEncryptionConfiguration: [{ bucketKeyEnabled: true, serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms' } }],
  };
  bucket.lifecycleConfiguration = {
    rules: [
      { id: 'old `versions`', status: 'Enabled', noncurrentVersionExpirationInDays: 90 },
      { id: 'uploads', status: 'Enabled', prefix: 'public/in/', abortIncompleteMultipartUpload: { daysAfterInitiation: 2 } },
    ],
  };
  bucket.publicAccessBlockConfiguration = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
  bucket.accelerateConfiguration = { accelerationStatus: 'Enabled' };
  bucket.corsConfiguration = {
    corsRules: [{ id: 'site', allowedHeaders: ['*'], allowedMethods: ['GET', 'PUT'], allowedOrigins: ['https://workshop.example'], maxAge: 600 }],
  };
  bucket.addPropertyOverride('Tags', [{ Key: 'cost-centre', Value: "drawings & 'plans'" }]);

  resources.addCfnResource(
    {
      type: 'AWS::Lambda::Permission',
      properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::Sub': 'resizer-${env}' },
        Principal: 's3.amazonaws.com',
        SourceAccount: { Ref: 'AWS::AccountId' },
        // the CLI makes the bucket's name of the stack's
        SourceArn: {
          'Fn::Join': [
            '',
            ['arn:aws:s3:::', { Ref: 'bucketName' }, { 'Fn::Select': [3, { 'Fn::Split': ['-', { Ref: 'AWS::StackName' }] }] }, '-', { Ref: 'env' }],
          ],
        },
      },
    },
    'ResizerPermission',
  );
  const resize = { Ref: 'functionresizeArn' };
  const resizer = { 'Fn::Sub': 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:resizer-${env}' };
  const rules = (prefix: string, suffix?: string) => ({
    s3Key: { rules: [{ name: 'prefix', value: prefix }, ...(suffix ? [{ name: 'suffix', value: suffix }] : [])] },
  });
  bucket.notificationConfiguration = {
    lambdaConfigurations: [
      { event: 's3:ObjectCreated:*', filter: rules('public/in/', '.png'), function: resize },
      { event: 's3:ObjectCreated:*', filter: rules('public/plans/'), function: resizer },
      { event: 's3:ObjectRemoved:*', function: resizer },
    ],
  };
}
