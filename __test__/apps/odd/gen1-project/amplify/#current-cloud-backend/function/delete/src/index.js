/* Amplify Params - DO NOT EDIT
	API_INTERFACE_GRAPHQLAPIIDOUTPUT
	API_INTERFACE_OBJECTTABLE_ARN
	API_INTERFACE_OBJECTTABLE_NAME
	AUTH_CLASS_USERPOOLID
	ENV
	REGION
	STORAGE_DEFAULT_ARN
	STORAGE_DEFAULT_NAME
	STORAGE_DEFAULT_STREAMARN
Amplify Params - DO NOT EDIT */

const answers = require('./lib/answers.json');
const template = require('fs').readFileSync(`${__dirname}/templates/page.html`, 'utf8');

exports.handler = async (event) => ({
  statusCode: 200,
  headers: { 'content-type': 'text/html' },
  body: template.replace('{{answer}}', answers[event.path] ?? process.env.GREETING),
});
