exports.handler = async (event) => {
  // the layer is there only where the function runs
  const { greeting } = require('/opt/nodejs/greeting');
  return { text: greeting(event.name ?? 'traveller') };
};
