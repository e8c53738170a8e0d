exports = module.exports = {
  handler: async (event) => ({ batchItemFailures: (event.Records ?? []).filter(({ body }) => !body).map(({ messageId }) => ({ itemIdentifier: messageId })) }),
};
