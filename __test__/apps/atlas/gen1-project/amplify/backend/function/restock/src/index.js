/* Amplify Params - DO NOT EDIT
	ANALYTICS_ATLASEVENTS_KINESISSTREAMARN
	ENV
	REGION
	RESTOCK_BELOW
	STORAGE_CATALOG_ARN
	STORAGE_CATALOG_NAME
	STORAGE_CATALOG_STREAMARN
Amplify Params - DO NOT EDIT */

const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { KinesisClient, DescribeStreamSummaryCommand } = require('@aws-sdk/client-kinesis');
const { DynamoDBDocumentClient, ScanCommand, UpdateCommand } = require('@aws-sdk/lib-dynamodb');

const table = DynamoDBDocumentClient.from(new DynamoDBClient({ region: process.env.REGION }));
const stream = new KinesisClient({ region: process.env.REGION });

/** Runs on working mornings: marks what has to be ordered again. */
exports.handler = async () => {
  const below = Number(process.env.RESTOCK_BELOW);
  const TableName = process.env.STORAGE_CATALOG_NAME;
  const { Items = [] } = await table.send(
    new ScanCommand({ TableName, FilterExpression: 'stock < :below', ExpressionAttributeValues: { ':below': below } }),
  );
  for (const { category, sku } of Items) {
    await table.send(
      new UpdateCommand({ TableName, Key: { category, sku }, UpdateExpression: 'SET restock = :yes', ExpressionAttributeValues: { ':yes': true } }),
    );
  }
  const { StreamDescriptionSummary } = await stream.send(
    new DescribeStreamSummaryCommand({ StreamARN: process.env.ANALYTICS_ATLASEVENTS_KINESISSTREAMARN }),
  );
  return { marked: Items.length, shards: StreamDescriptionSummary.OpenShardCount };
};
