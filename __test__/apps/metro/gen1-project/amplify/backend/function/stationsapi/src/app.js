const express = require('express');
const awsServerlessExpressMiddleware = require('aws-serverless-express/middleware');

const app = express();
app.use(express.json());
app.use(awsServerlessExpressMiddleware.eventContext());
app.get(['/stations', '/lines'], (request, response) => response.json({ url: request.url }));

module.exports = app;
