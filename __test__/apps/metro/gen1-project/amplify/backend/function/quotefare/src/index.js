const { v4: uuid } = require('uuid');

exports.handler = async (event) => {
  console.log(`quote ${uuid()} of ${JSON.stringify(event.arguments?.journey)}`);
  return 2.4;
};
