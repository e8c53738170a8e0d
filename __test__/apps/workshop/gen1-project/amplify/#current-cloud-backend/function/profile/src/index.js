const { DynamoDBClient, GetItemCommand } = require('@aws-sdk/client-dynamodb');
const { title } = require('workshop-shared');

const client = new DynamoDBClient();

exports.handler = async (event) => {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: process.env.API_WORKSHOP_USERPROFILETABLE_NAME, Key: { id: { S: event.id } } }),
  );
  return title({ name: Item?.name?.S });
};
