import { Authenticator } from '@aws-amplify/ui-react';
import '@aws-amplify/ui-react/styles.css';
import { useEffect, useState } from 'react';

import { attach, notesOf, sharedNotes } from './notes';

interface Note {
  id: string;
  title: string;
}

export function App() {
  const [shared, setShared] = useState<Note[]>([]);
  const [own, setOwn] = useState<Note[]>([]);

  useEffect(() => {
    sharedNotes().then(setShared);
  }, []);

  return (
    <main>
      <h1>Notes</h1>
      <ul>
        {shared.map((note) => (
          <li key={note.id}>{note.title}</li>
        ))}
      </ul>
      <Authenticator>
        {({ user, signOut }) => (
          <section>
            <button onClick={() => notesOf(user!.userId).then(setOwn)}>My notes</button>
            {own.map((note) => (
              <label key={note.id}>
                {note.title}
                <input type="file" onChange={(event) => attach(note.id, event.target.files![0])} />
              </label>
            ))}
            <button onClick={signOut}>Sign out</button>
          </section>
        )}
      </Authenticator>
    </main>
  );
}
