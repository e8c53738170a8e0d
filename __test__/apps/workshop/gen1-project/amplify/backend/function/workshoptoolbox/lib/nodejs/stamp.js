exports.stamp = () => new Date(0).toISOString();
