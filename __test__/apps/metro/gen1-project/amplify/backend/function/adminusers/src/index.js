import { CognitoIdentityProviderClient, ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';

const client = new CognitoIdentityProviderClient({ region: process.env.REGION });

export const handler = async () => {
  const { Users = [] } = await client.send(new ListUsersCommand({ UserPoolId: process.env.AUTH_METROUSERS_USERPOOLID }));
  return Users.map(({ Username }) => Username);
};
