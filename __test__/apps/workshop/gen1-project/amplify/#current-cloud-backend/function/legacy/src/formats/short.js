module.exports = (id) => id.slice(0, 8);
