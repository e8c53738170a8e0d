/** The moment right before a refactor, to which a file of tests returns before each of them. */
import fs from 'node:fs';
import path from 'node:path';
import { Account } from './account.mjs';
import { Journey } from './journey.mjs';

export class RefactorStart {
  /** Takes an app there. @param {string} app */
  static async of(app) {
    const journey = await Journey.begin({ app });
    await journey.prepareRefactor();
    return new RefactorStart(journey, await journey.cloud.snapshot(), Object.keys(await journey.stacks()));
  }

  #snapshot;
  #stackNames;

  /** @param {Journey} journey @param {string} snapshot @param {string[]} stackNames */
  constructor(journey, snapshot, stackNames) {
    this.journey = journey;
    this.account = new Account(journey.cloud.endpoint, journey.seeded);
    this.gen1 = journey.seeded.gen1Root;
    this.gen2 = String(journey.gen2Root);
    this.#snapshot = snapshot;
    this.#stackNames = stackNames;
  }

  /** The cloud as it was, without faults, and nothing of the tool on disk. */
  async restart() {
    await this.journey.cloud.restore(this.#snapshot);
    await this.journey.cloud.faults([]);
    fs.rmSync(path.join(this.journey.projectDir, '.amplify'), { recursive: true, force: true });
  }

  /** Name of the nested stack of a category. @param {string} root @param {string} category */
  nested(root, category) {
    return String(this.#stackNames.find((name) => name.startsWith(`${root}-${category}`)));
  }
}
