const { greeting } = require("./lib dir/it's ünïcode $(x) `y`.js");
const answers = require('./answers [1] #2.json');

exports.handler = async (event) => ({ greeting, answer: answers[event.arguments?.question] ?? process.env.toString });
