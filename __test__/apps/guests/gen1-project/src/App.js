import { record } from 'aws-amplify/analytics/kinesis';
import { fetchAuthSession, signIn, signOut } from 'aws-amplify/auth';
import React, { useState } from 'react';

const STREAM = 'shopevents-prod';

export default function App() {
  const [groups, setGroups] = useState(null);

  async function enter(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    await signIn({ username: form.get('username'), password: form.get('password') });
    const { tokens } = await fetchAuthSession();
    setGroups(tokens.idToken.payload['cognito:groups'] ?? []);
    record({ streamName: STREAM, partitionKey: form.get('username'), data: { event: 'signed-in' } });
  }

  if (!groups) {
    return (
      <form onSubmit={enter}>
        <input name="username" />
        <input name="password" type="password" />
        <button>Sign in</button>
      </form>
    );
  }
  return (
    <main>
      <h1>{groups.includes('Admin') ? 'Back office' : 'Shop'}</h1>
      <button onClick={() => signOut().then(() => setGroups(null))}>Sign out</button>
    </main>
  );
}
