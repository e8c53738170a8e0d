export function override(resources: any) {
  resources.userPoolGroup['Members'].description = "Everybody who pays, `even` late";
  resources.userPoolGroupRole['Treasurers'].maxSessionDuration = 7200;
}
