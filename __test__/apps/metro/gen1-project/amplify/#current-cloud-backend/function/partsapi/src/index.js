const serverless = require('aws-serverless-express');
const express = require('express');
const bodyParser = require('body-parser');

const app = express();
app.use(bodyParser.json());
app.all('/parts', (request, response) => response.json({ table: process.env.API_METRO_PARTTABLE_NAME }));
app.all('/parts/:sku/orders', (request, response) => response.json({ table: process.env.API_METRO_PARTORDERTABLE_NAME, sku: request.params.sku }));
const server = serverless.createServer(app);

exports.handler = (event, context) => serverless.proxy(server, event, context, 'PROMISE').promise;
