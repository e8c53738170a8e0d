const { v4 } = require('uuid');

const load = (name) => require(`./formats/${name}`);
const isProduction = process.env.ENV === 'prod';

exports.handler = async (event) => {
  const format = load(event?.format ?? 'short');
  return format(v4(), isProduction ? 'https://api.workshop.example' : 'http://localhost:3000');
};
