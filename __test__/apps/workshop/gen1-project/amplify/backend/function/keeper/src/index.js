const { access } = require('fs/promises');

exports.handler = async () => ({ mounted: await access('/mnt/files').then(() => true, () => false) });
