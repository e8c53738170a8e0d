import { Authenticator } from '@aws-amplify/ui-react';
import '@aws-amplify/ui-react/styles.css';
import { useState } from 'react';

import { type Topic, publish, search } from './forum';

export function App() {
  const [topics, setTopics] = useState<Topic[]>([]);

  return (
    <main>
      <h1>Forum</h1>
      <Authenticator>
        {({ signOut }) => (
          <section>
            <input type="search" onChange={(event) => search(event.target.value).then(setTopics)} />
            {topics.map((topic) => (
              <button key={topic.id} onClick={() => publish(topic.id, 'Hello')}>
                {topic.title}
              </button>
            ))}
            <button onClick={signOut}>Sign out</button>
          </section>
        )}
      </Authenticator>
    </main>
  );
}
