const { DynamoDBClient, ScanCommand } = require('@aws-sdk/client-dynamodb');
const { shortest } = require('./graph/shortest');

const client = new DynamoDBClient({ region: process.env.REGION });

exports.handler = async (event) => {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: process.env.API_METRO_SEGMENTTABLE_NAME }));
  const { inMinutes } = require('/opt/nodejs/clock');
  const { from, to } = event.arguments;
  return shortest(Items, from, to, { maxChanges: Number(process.env.MAX_CHANGES), walking: inMinutes('5m') });
};
