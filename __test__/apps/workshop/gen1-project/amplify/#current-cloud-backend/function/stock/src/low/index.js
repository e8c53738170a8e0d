module.exports = ({ dynamodb }) => Number(dynamodb?.NewImage?.pieces?.N ?? 0) < 5;
