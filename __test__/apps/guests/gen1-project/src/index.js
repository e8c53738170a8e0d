import { Amplify } from 'aws-amplify';
import React from 'react';
import { createRoot } from 'react-dom/client';

import App from './App';
import awsExports from './aws-exports';

Amplify.configure({
  ...awsExports,
  aws_kinesis: { region: awsExports.aws_project_region, bufferSize: 500 },
});

createRoot(document.getElementById('root')).render(<App />);
