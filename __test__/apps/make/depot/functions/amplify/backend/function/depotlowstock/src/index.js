const { SSMClient, GetParameterCommand } = require('@aws-sdk/client-ssm');

const ssm = new SSMClient({});

exports.handler = async () => {
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: process.env.SUPPLIER_TOKEN, WithDecryption: true }));
  return [`${process.env.API_DEPOT_GRAPHQLAPIENDPOINTOUTPUT} ${Parameter.Value.length} ${process.env.LOW_STOCK_BELOW}`];
};
