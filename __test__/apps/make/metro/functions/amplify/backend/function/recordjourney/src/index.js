const { v7: uuid } = require('uuid');

exports.handler = async (event) => {
  console.log(`journey ${uuid()} is priced by ${process.env.FUNCTION_QUOTEFARE_NAME}`);
  return Boolean(event.arguments?.cardNumber);
};
