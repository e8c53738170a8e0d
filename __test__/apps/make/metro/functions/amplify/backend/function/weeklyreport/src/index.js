exports.handler = async () => {
  const { euro } = require('/opt/nodejs/format');
  const { inMinutes } = require('/opt/nodejs/clock');
  return { total: euro(0), since: inMinutes('7d'), to: process.env.FUNCTION_SENDMESSAGE_NAME, from: process.env.API_METRO_GRAPHQLAPIENDPOINTOUTPUT };
};
