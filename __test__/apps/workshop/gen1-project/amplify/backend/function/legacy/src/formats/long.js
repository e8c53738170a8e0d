module.exports = (id, origin) => `${origin}/${id}`;
