const { readFileSync } = require('fs');
const path = require('path');

const sizes = require('./sizes.json');
// The frame lies beside the code.
const frame = readFileSync(path.join(__dirname, 'templates', 'frame.svg'), 'utf8');

exports.handler = async (event) =>
  (event.Records ?? []).map((record) => frame.replace('{{key}}', record.s3.object.key).replace('{{width}}', String(sizes.thumbnail)));
