// Messages to one worker and back, and a promise for each: what a pool must do at the very least. The
// answers come in the order of the messages, so that not even a number per task is needed.

import { Worker } from 'node:worker_threads';
import { promisePool } from './parts/promise-pool.mjs';

class OneWorker {
  #worker = new Worker(new URL('../tasks/message-worker.mjs', import.meta.url));
  #resolvers = [];
  #answered = 0;

  constructor() {
    this.#worker.on('message', (result) => {
      this.#resolvers[this.#answered++](result);
      if (this.#answered < this.#resolvers.length) return;
      this.#resolvers.length = 0;
      this.#answered = 0;
    });
  }

  run(value) {
    return new Promise((resolve) => {
      this.#resolvers.push(resolve);
      this.#worker.postMessage(value);
    });
  }

  close() {
    return this.#worker.terminate();
  }
}

export const name = 'postMessage, one worker';
export const version = process.versions.node;
export const { setup, run, teardown } = promisePool({
  open: () => new OneWorker(),
  call: (worker, value) => worker.run(value),
  close: (worker) => worker.close(),
});
