// The least that two threads of Node can do with messages: no pool, no promise, nothing that says
// which answer belongs to whom.

import { Worker } from 'node:worker_threads';
import { checkSum } from './parts/payloads.mjs';

export const name = 'postMessage, one worker, bare';
export const version = process.versions.node;

let worker;
let width;

export function setup(job) {
  ({ width } = job);
  worker = new Worker(new URL('../tasks/message-worker.mjs', import.meta.url));
}

export function run(count) {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let received = 0;
    let sum = 0;
    worker.removeAllListeners('message').on('message', (result) => {
      sum += result;
      received++;
      if (sent < count) worker.postMessage(sent++);
      else if (received === count) finish();
    });
    function finish() {
      const seconds = (performance.now() - began) / 1000;
      try {
        checkSum(sum, count);
        resolve(seconds);
      } catch (error) {
        reject(error);
      }
    }
    const began = performance.now();
    while (sent < Math.min(width, count)) worker.postMessage(sent++);
  });
}

export function teardown() {
  return worker.terminate();
}
