import { Amplify } from 'aws-amplify';
import { get, post } from 'aws-amplify/api';
import config from "./aws-exports.js";
// import config from './amplifyconfiguration.json' was here; it's `old`

Amplify.configure({ ...config, ssr: true });
const text = `import x from './aws-exports'; ${config.aws_project_region}`;
export const calls = [
  () => get({ apiName: 'class', path: '/{id}/toString' }).response,
  () => post({ apiName: 'default', path: `/items:batch?text=${text}` }).response,
];
