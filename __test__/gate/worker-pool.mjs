/**
 * Processes that stay warm between jobs: loading the CDK and the Amplify libraries takes longer than most synths, and
 * parsing their typings longer than most typechecks. A job is told to a worker as `{ id, job }` over IPC and answered as
 * `{ id, answer }` or `{ id, error }`; what it printed is given back with it.
 */
import { fork } from 'node:child_process';

/**
 * @typedef {object} Done
 * @property {any} [answer] of the worker
 * @property {string} [error] why there is no answer: text with the stack of what was thrown
 * @property {string} stdout what the worker and its children printed during the job
 * @property {string} stderr
 * @property {number} seconds
 */

/** Ends the output of a job on both streams: the answer may overtake what was printed. */
export const endMark = (id) => `\u0000end of ${id}\n`;

export class WorkerPool {
  /**
   * @param {URL} module of the worker
   * @param {object} options
   * @param {number} options.size how many work side by side
   * @param {number} options.jobsEach after how many jobs a worker is replaced, so that its memory does not grow for ever
   * @param {string[]} [options.execArgv]
   * @param {() => NodeJS.ProcessEnv} options.environment
   */
  constructor(module, { size, jobsEach, execArgv = [], environment }) {
    Object.assign(this, { module, size, jobsEach, execArgv, environment });
    /** @type {Worker[]} */
    this.workers = [];
    /** @type {{job: any, resolve: (done: Done) => void}[]} */
    this.waiting = [];
    this.lastId = 0;
  }

  /**
   * @param {any} job plain data
   * @returns {Promise<Done>}
   */
  run(job) {
    return new Promise((resolve) => {
      this.waiting.push({ job, resolve });
      this.#dispatch();
    });
  }

  #dispatch() {
    while (this.waiting.length > 0) {
      const worker = this.workers.find((one) => !one.busy) ?? this.#start();
      if (!worker) return;
      const { job, resolve } = /** @type {any} */ (this.waiting.shift());
      worker.run(++this.lastId, job).then((done) => {
        if (worker.ended || worker.jobs >= this.jobsEach) this.#dismiss(worker);
        resolve(done);
        this.#dispatch();
      });
    }
  }

  #start() {
    if (this.workers.length >= this.size) return undefined;
    const worker = new Worker(
      fork(this.module, [], {
        execArgv: this.execArgv,
        env: this.environment(),
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      }),
    );
    this.workers.push(worker);
    return worker;
  }

  #dismiss(worker) {
    this.workers = this.workers.filter((one) => one !== worker);
    worker.end();
  }
}

class Worker {
  constructor(child) {
    this.child = child;
    this.busy = false;
    this.ended = false;
    this.jobs = 0;
    this.said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'])
      child[name].setEncoding('utf8').on('data', (chunk) => {
        this.said[name] += chunk;
        this.finish?.();
      });
    this.#letGo();
  }

  /** A worker without a job does not keep this process alive; it ends when this process does (`disconnect`). */
  #letGo() {
    for (const one of [this.child, this.child.channel, this.child.stdout, this.child.stderr]) one?.unref?.();
  }

  #hold() {
    for (const one of [this.child, this.child.channel, this.child.stdout, this.child.stderr]) one?.ref?.();
  }

  /** @returns {Promise<Done>} */
  run(id, job) {
    this.busy = true;
    this.jobs++;
    this.said = { stdout: '', stderr: '' };
    this.#hold();
    const started = performance.now();
    return new Promise((resolve) => {
      /** @type {{answer?: any, error?: string} | undefined} */
      let outcome;
      const mark = endMark(id);
      this.finish = () => {
        const { stdout, stderr } = this.said;
        if (!outcome || !(this.ended || (stdout.includes(mark) && stderr.includes(mark)))) return;
        this.finish = undefined;
        this.child.off('message', onMessage).off('close', onClose).off('error', onError);
        this.busy = false;
        if (!this.ended) this.#letGo();
        resolve({
          ...outcome,
          stdout: stdout.replace(mark, ''),
          stderr: stderr.replace(mark, ''),
          seconds: Math.round(performance.now() - started) / 1000,
        });
      };
      const end = (error) => {
        this.ended = true;
        outcome ??= { error };
        this.finish?.();
      };
      const onMessage = (message) => {
        if (message.id !== id) return;
        outcome = message;
        this.finish?.();
      };
      const onClose = (code, signal) => end(`the worker ended with ${signal ?? code}`);
      const onError = (error) => end(error.message);
      this.child.on('message', onMessage).on('close', onClose).on('error', onError);
      this.child.send({ id, job });
    });
  }

  end() {
    this.ended = true;
    this.child.kill('SIGKILL');
  }
}

/**
 * The worker's side: answers each job with what `work` gives back.
 * @param {(job: any) => Promise<any>} work
 */
export function serve(work) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.on('message', async (/** @type {any} */ message) => {
    const { id, job } = message;
    const outcome = await work(job).then(
      (answer) => ({ id, answer }),
      (error) => ({ id, error: String(error?.stack ?? error) }),
    );
    process.stdout.write(endMark(id));
    process.stderr.write(endMark(id));
    process.send?.(outcome);
  });
}
