exports.handler = async (event) => {
  if (event.httpMethod) {
    return { statusCode: 200, headers: { 'Access-Control-Allow-Origin': '*' }, body: JSON.stringify({ path: event.path }) };
  }
  return [{ from: '08:00', to: '12:00', bookable: event.fieldName !== 'call' }];
};
