exports.handler = async (event) => ({ at: event.time });
