const ms = require('ms');

exports.inMinutes = (text) => ms(text) / ms('1m');
