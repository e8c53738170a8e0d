import { generateClient } from 'aws-amplify/api';
import { get } from 'aws-amplify/api';
import { useEffect, useState } from 'react';

const client = generateClient({ authMode: 'apiKey' });

const DEPARTURES = /* GraphQL */ `
  query DepartureBoard($stationId: ID!) {
    departureBoard(stationId: $stationId) {
      items {
        id
        arrivesAt
      }
    }
  }
`;

interface Departure {
  id: string;
  arrivesAt: string;
}

export function Board({ station }: { station: string }) {
  const [departures, setDepartures] = useState<Departure[]>([]);
  const [lines, setLines] = useState<string[]>([]);

  useEffect(() => {
    const loaded = client.graphql({ query: DEPARTURES, variables: { stationId: station } }) as Promise<any>;
    loaded.then(({ data }) => setDepartures(data.departureBoard.items));
    get({ apiName: 'stations', path: '/lines' })
      .response.then(({ body }) => body.json())
      .then((names) => setLines(names as string[]));
  }, [station]);

  return (
    <main>
      <h1>{lines.join(', ')}</h1>
      <ol>
        {departures.map(({ id, arrivesAt }) => (
          <li key={id}>{arrivesAt}</li>
        ))}
      </ol>
    </main>
  );
}
