const low = require('./low');

exports.handler = async (event) => (event.Records ?? []).filter(low).length;
