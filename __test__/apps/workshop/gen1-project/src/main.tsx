import { Amplify } from 'aws-amplify';
import { createRoot } from 'react-dom/client';

import { App } from './App';
import amplifyconfig from './amplifyconfiguration.json';

Amplify.configure(amplifyconfig);

createRoot(document.getElementById('root')!).render(<App />);
