const cities = require('../data/cities.json');

exports.greeting = (name) => `Welcome to ${cities[0]}, ${name}`;
