/** Keeps a history of the table and turns on expiry of items. */
export function override(resources: any) {
  resources.dynamoDBTable.pointInTimeRecoverySpecification = { pointInTimeRecoveryEnabled: true };
  resources.dynamoDBTable.timeToLiveSpecification = { attributeName: `expires`, enabled: true };
}
