import { Predictions } from '@aws-amplify/predictions';
import { Amplify } from 'aws-amplify';
import { get } from 'aws-amplify/api';

import amplifyconfig from './amplifyconfiguration.json';

Amplify.configure(amplifyconfig);

export const rooms = () => get({ apiName: 'frontdesk', path: '/rooms' }).response;
export const translate = (text: string) => Predictions.convert({ translateText: { source: { text } } });
