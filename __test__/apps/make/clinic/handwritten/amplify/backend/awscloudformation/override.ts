/** What the clinic's rules ask of the roles of users. */
export function override(resources: any) {
  resources.authRole.description = "signed-in staff of the clinic";
  resources.authRole.maxSessionDuration = 7200;
  resources.authRole.permissionsBoundary = 'arn:aws:iam::aws:policy/PowerUserAccess';
  resources.unauthRole.managedPolicyArns = ['arn:aws:iam::aws:policy/AWSDenyAll'];
  resources.unauthRole.addPropertyOverride('Tags', [{ Key: 'team', Value: 'front `desk`' }]);
  resources.deploymentBucket.versioningConfiguration = { status: 'Enabled' };
}
