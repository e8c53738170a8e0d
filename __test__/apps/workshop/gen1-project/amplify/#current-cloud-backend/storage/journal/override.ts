/** On demand, encrypted with the account's key, in the class for what is seldom read. */
export function override(resources: any) {
  const table = resources.dynamoDBTable;
  table.provisionedThroughput = undefined;
  table.billingMode = 'PAY_PER_REQUEST';
  table.streamSpecification = { streamViewType: 'KEYS_ONLY' };
  table.sseSpecification = { sseEnabled: true, sseType: 'KMS' };
  table.tableClass = 'STANDARD_INFREQUENT_ACCESS';
  table.contributorInsightsSpecification = { enabled: true };
}
