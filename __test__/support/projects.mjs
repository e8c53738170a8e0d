/** Gen 1 projects for tests: copies of the sample apps, changed in the one place that a test is about. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const APPS = fileURLToPath(new URL('../apps/', import.meta.url));

/** A folder for the projects of one test file; `remove` it at the end. */
export class Projects {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'gen2-migration-projects-'));
  #number = 0;

  remove() {
    fs.rmSync(this.root, { recursive: true, force: true });
  }

  /** An empty folder. */
  folder() {
    const folder = path.join(this.root, String(++this.#number));
    fs.mkdirSync(folder);
    return folder;
  }

  /**
   * A copy of a sample app's project.
   * @param {string} app
   * @param {(project: Project) => void} [change]
   * @returns {string} its folder
   */
  of(app, change) {
    const folder = this.folder();
    fs.cpSync(path.join(APPS, app, 'gen1-project'), folder, { recursive: true });
    change?.(new Project(folder));
    return folder;
  }
}

/** A project on disk. */
export class Project {
  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
  }

  /** @param {string} file */
  read(file) {
    return fs.readFileSync(path.join(this.folder, file), 'utf8');
  }

  /** @param {string} file @param {string} text */
  write(file, text) {
    fs.mkdirSync(path.dirname(path.join(this.folder, file)), { recursive: true });
    fs.writeFileSync(path.join(this.folder, file), text);
  }

  /** @param {string} file @param {(value: any) => void} change in place */
  editJson(file, change) {
    const value = JSON.parse(this.read(file));
    change(value);
    this.write(file, JSON.stringify(value, null, 2));
  }

  /** @param {string} file */
  remove(file) {
    fs.rmSync(path.join(this.folder, file), { recursive: true, force: true });
  }

  /** Both copies of the backend, the deployed one and the local one, as far as they are there. */
  get trees() {
    return ['amplify/#current-cloud-backend', 'amplify/backend'].filter((tree) =>
      fs.existsSync(path.join(this.folder, tree)),
    );
  }
}
