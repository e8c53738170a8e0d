const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { DynamoDBDocumentClient, QueryCommand, UpdateCommand } = require('@aws-sdk/lib-dynamodb');

const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: process.env.REGION }));
const TableName = process.env.API_NOTES_NOTETABLE_NAME;

module.exports.sharedNotes = async (limit) => {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName,
      IndexName: 'byStatus',
      KeyConditionExpression: '#status = :shared',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':shared': 'SHARED' },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  return Items;
};

module.exports.markDigested = (id) =>
  client.send(
    new UpdateCommand({
      TableName,
      Key: { id },
      UpdateExpression: 'SET digestedAt = :now',
      ExpressionAttributeValues: { ':now': new Date().toISOString() },
    }),
  );
