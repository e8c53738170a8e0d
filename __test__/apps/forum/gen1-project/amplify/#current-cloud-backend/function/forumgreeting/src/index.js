exports.handler = async (event) => {
  const name = event.arguments?.name ?? event.arguments?.text ?? 'nobody';
  return event.fieldName === 'greet' ? { text: `Hello ${name}` } : name.toUpperCase();
};
