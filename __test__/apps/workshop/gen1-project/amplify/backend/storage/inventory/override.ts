/** What the questions of the CLI do not offer. */
export function override(resources: any) {
  const table = resources.dynamoDBTable;
  table.provisionedThroughput = { readCapacityUnits: 8, writeCapacityUnits: 3 };
  table.globalSecondaryIndexes = [
    {
      indexName: 'byMaker',
      keySchema: [
        { attributeName: 'maker', keyType: 'HASH' },
        { attributeName: 'weight', keyType: 'RANGE' },
      ],
      projection: { projectionType: 'INCLUDE', nonKeyAttributes: ['colour', 'price'] },
      provisionedThroughput: { readCapacityUnits: 11, writeCapacityUnits: 2 },
    },
    {
      indexName: 'byBatch',
      keySchema: [{ attributeName: 'batch', keyType: 'HASH' }],
      projection: { projectionType: 'KEYS_ONLY' },
      provisionedThroughput: { readCapacityUnits: 1, writeCapacityUnits: 1 },
    },
  ];
  table.localSecondaryIndexes = [
    {
      indexName: 'by-weight',
      keySchema: [
        { attributeName: 'part', keyType: 'HASH' },
        { attributeName: 'weight', keyType: 'RANGE' },
      ],
      projection: { projectionType: 'KEYS_ONLY' },
    },
  ];
  table.streamSpecification = { streamViewType: 'NEW_AND_OLD_IMAGES' };
  table.timeToLiveSpecification = { attributeName: 'expires', enabled: true };
  table.pointInTimeRecoverySpecification = { pointInTimeRecoveryEnabled: true };
  table.deletionProtectionEnabled = true;
  table.addPropertyOverride('Tags', [{ Key: 'team', Value: "Ada's `workshop`" }]);
}
