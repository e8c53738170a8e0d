const { GetParametersCommand, SSMClient } = require('@aws-sdk/client-ssm');
const { Logger } = require('@aws-lambda-powertools/logger');
const { v4 } = require('uuid');

const logger = new Logger({ serviceName: 'courier' });

exports.handler = async () => {
  const { Parameters } = await new SSMClient().send(
    new GetParametersCommand({ Names: ['CARRIER_TOKEN', 'CARRIER_KEY'].map((name) => process.env[name]), WithDecryption: true }),
  );
  logger.info('secrets read', { count: Parameters.length });
  return v4();
};
