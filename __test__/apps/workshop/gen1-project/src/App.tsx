import { Authenticator } from '@aws-amplify/ui-react';
import '@aws-amplify/ui-react/styles.css';

export function App() {
  return <Authenticator>{({ signOut }) => <button onClick={signOut}>Sign out</button>}</Authenticator>;
}
