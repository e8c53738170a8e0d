export function override(resources: any) {
  resources.userPool.adminCreateUserConfig = { allowAdminCreateUserOnly: true };
}
