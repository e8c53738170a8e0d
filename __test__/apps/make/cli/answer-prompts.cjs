'use strict';

/**
 * Makes the Amplify CLI usable from a script: it answers the questions of the walkthroughs that have no headless form, makes the ids that the
 * CLI draws repeatable, and gives all its parts one copy of `graphql` (an npm install of the CLI's JavaScript leaves several, which its code
 * generator refuses).
 *
 * Preloaded with `node --require`. `ID_SEED` seeds the ids. `ANSWERS` holds a JSON list of `[question, answer]`: `question` is matched as a regular expression against
 * the text of the prompt and each pair is used once, in order of first match. A yes/no question without an answer takes its default; any other
 * question without an answer ends the process, because a guess would make a fixture that nobody asked for.
 */

const { createHash } = require('node:crypto');
const Module = require('node:module');
const path = require('node:path');

const answers = JSON.parse(process.env.ANSWERS ?? '[]');

if (process.env.ANSWERS) {
  process.stdin.isTTY = true;
  process.stdout.isTTY = true;
}

function choicesOf(question) {
  const choices = typeof question.choices === 'function' ? question.choices({}) : (question.choices ?? []);
  return choices
    .filter((choice) => typeof choice === 'string' || choice.type !== 'separator')
    .map((choice) => (typeof choice === 'string' ? { name: choice, value: choice } : { name: choice.name, value: choice.value ?? choice.name }));
}

function describe(question) {
  return `${question.type ?? 'input'} "${question.message}" ${JSON.stringify(choicesOf(question))} default ${JSON.stringify(question.default ?? question.initial)}`;
}

function take(question) {
  const index = answers.findIndex(([text]) => new RegExp(text, 'i').test(String(question.message)));
  if (index >= 0) {
    return answers.splice(index, 1)[0][1];
  }
  if (question.type === 'confirm') {
    return question.default ?? question.initial ?? true;
  }
  process.stderr.write(`\nNo answer for ${describe(question)}\n`);
  process.exit(64);
}

/** The value (inquirer) or the name (enquirer) of the choice that an answer means. */
function choose(question, answer, key) {
  const choices = choicesOf(question);
  if (question.type === 'confirm' && typeof answer !== 'boolean') {
    process.stderr.write(`\n"${answer}" does not answer ${describe(question)}\n`);
    process.exit(64);
  }
  if (choices.length === 0) {
    return answer;
  }
  const one = (wanted) => {
    const found = choices.find((choice) => choice.name === wanted || choice.value === wanted);
    if (!found) {
      process.stderr.write(`\n"${wanted}" is not a choice of ${describe(question)}\n`);
      process.exit(64);
    }
    return found[key];
  };
  return Array.isArray(answer) ? answer.map(one) : one(answer);
}

async function answer(question, key) {
  const value = choose(question, take(question), key);
  const verdict = typeof value === 'string' && question.validate && choicesOf(question).length === 0 ? await question.validate(value) : true;
  if (verdict !== true) {
    process.stderr.write(`\n"${value}" is refused by ${describe(question)}: ${verdict}\n`);
    process.exit(64);
  }
  process.stdout.write(`? ${question.message} ${JSON.stringify(value)}\n`);
  return value;
}

async function inquirerPrompt(questions) {
  const result = {};
  for (const question of Array.isArray(questions) ? questions : [questions]) {
    const asked = typeof question.when === 'function' ? await question.when(result) : (question.when ?? true);
    if (asked) {
      const message = typeof question.message === 'function' ? question.message(result) : question.message;
      result[question.name] = await answer({ ...question, message }, 'value');
    }
  }
  return result;
}

const enquirerPrompt = async (question) => ({ [question.name]: await answer(question, 'name') });

/** The prompt that sorts a list: the answer is the sorted list. */
class SortPrompt {
  constructor(question) {
    this.question = question;
  }

  async run() {
    return answer(this.question, 'name');
  }
}

let drawn = 0;

/** A version 4 UUID that depends on the seed, the command line and the number of ids drawn so far. */
function repeatableUuid() {
  drawn += 1;
  const bytes = createHash('sha256').update(JSON.stringify([process.env.ID_SEED, process.argv.slice(2), drawn])).digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function resolveOneGraphql(request, parent, ...rest) {
  if (request === 'graphql' || request.startsWith('graphql/')) {
    const paths = [path.dirname(resolveFilename.call(this, 'amplify-codegen/package.json', parent, ...rest))];
    return resolveFilename.call(this, request, parent, false, { paths });
  }
  return resolveFilename.call(this, request, parent, ...rest);
};

const load = Module._load;
Module._load = function loadWithAnswers(request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  if (request === 'uuid' && process.env.ID_SEED) {
    return { ...loaded, v4: repeatableUuid };
  }
  if (request === 'inquirer' && loaded.prompt !== inquirerPrompt) {
    inquirerPrompt.registerPrompt = () => undefined;
    loaded.prompt = inquirerPrompt;
  }
  if (request === 'enquirer') {
    // some parts of the CLI make an instance of it, others ask the class
    class Answering extends loaded {
      prompt(question) {
        return enquirerPrompt(question);
      }
    }
    return Object.defineProperties(Answering, { prompt: { value: enquirerPrompt }, Sort: { value: SortPrompt } });
  }
  return loaded;
};
