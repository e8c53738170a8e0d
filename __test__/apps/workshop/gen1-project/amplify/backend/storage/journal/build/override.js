"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.override = void 0;
/** On demand, encrypted with the account's key, in the class for what is seldom read. */
function override(resources) {
    const table = resources.dynamoDBTable;
    table.provisionedThroughput = undefined;
    table.billingMode = 'PAY_PER_REQUEST';
    table.streamSpecification = { streamViewType: 'KEYS_ONLY' };
    table.sseSpecification = { sseEnabled: true, sseType: 'KMS' };
    table.tableClass = 'STANDARD_INFREQUENT_ACCESS';
    table.contributorInsightsSpecification = { enabled: true };
}
exports.override = override;
