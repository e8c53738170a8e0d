exports.handler = async (event) => {
  if (event.httpMethod) return { statusCode: 204, body: '' };
  return event.prev?.result ?? null;
};
