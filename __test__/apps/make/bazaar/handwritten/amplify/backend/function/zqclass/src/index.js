export const handler = async () => 'class';
