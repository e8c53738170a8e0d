"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.override = void 0;
/** Keeps a history of the table and turns on expiry of items. */
function override(resources) {
    resources.dynamoDBTable.pointInTimeRecoverySpecification = { pointInTimeRecoveryEnabled: true };
    resources.dynamoDBTable.timeToLiveSpecification = { attributeName: `expires`, enabled: true };
}
exports.override = override;
