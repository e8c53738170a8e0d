"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.override = void 0;
/** What the clinic's rules ask of the roles of users. */
function override(resources) {
    resources.authRole.description = "signed-in staff of the clinic";
    resources.authRole.maxSessionDuration = 7200;
    resources.authRole.permissionsBoundary = 'arn:aws:iam::aws:policy/PowerUserAccess';
    resources.unauthRole.managedPolicyArns = ['arn:aws:iam::aws:policy/AWSDenyAll'];
    resources.unauthRole.addPropertyOverride('Tags', [{ Key: 'team', Value: 'front `desk`' }]);
    resources.deploymentBucket.versioningConfiguration = { status: 'Enabled' };
}
exports.override = override;
