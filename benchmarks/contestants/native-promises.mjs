// The engine's own queue: nothing else has a turn until it is empty, and nothing can be cancelled.

export const name = 'queueMicrotask, await of a promise';
export const version = process.versions.node;

const BATCH = 1000;
const works = { callbacks, switches };

let work;

export function setup(job) {
  work = works[job.work];
}

export function run(count) {
  return work(count);
}

export function teardown() {}

function callbacks(count) {
  return new Promise((resolve) => {
    const total = Math.ceil(count / BATCH) * BATCH;
    let left = total;
    function callback() {
      if (--left % BATCH !== 0) return;
      if (left === 0) resolve((((performance.now() - began) / 1000) * count) / total);
      else for (let i = 0; i < BATCH; i++) queueMicrotask(callback);
    }
    const began = performance.now();
    for (let i = 0; i < BATCH; i++) queueMicrotask(callback);
  });
}

async function switches(count) {
  const began = performance.now();
  const done = Promise.resolve();
  for (let i = 0; i < count; i++) await done;
  return (performance.now() - began) / 1000;
}
