import { Amplify } from 'aws-amplify';
import { createRoot } from 'react-dom/client';

import config from './aws-exports';
import { Board } from './board';

Amplify.configure(config);

createRoot(document.getElementById('root')!).render(<Board station="central" />);
