import { CognitoIdentityProviderClient, AdminAddUserToGroupCommand } from '@aws-sdk/client-cognito-identity-provider';

const client = new CognitoIdentityProviderClient({});

export const handler = async ({ arguments: { userName, groupName } }) => {
  await client.send(
    new AdminAddUserToGroupCommand({
      UserPoolId: process.env.AUTH_GALLERYUSERS_USERPOOLID,
      Username: userName,
      GroupName: groupName,
    }),
  );
  return true;
};
