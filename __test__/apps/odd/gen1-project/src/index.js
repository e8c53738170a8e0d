import { Amplify } from 'aws-amplify';
import { get } from 'aws-amplify/api';
import config from './amplifyconfiguration.json';

Amplify.configure(config);
export const pool = config.aws_user_pools_id;
export const first = () => get({ apiName: 'import', path: '/1st' }).response;
