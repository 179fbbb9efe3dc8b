// Node's own loop: its immediates and timers.

import { setImmediate as nextTurn } from 'node:timers/promises';

export const name = 'setImmediate, setTimeout';
export const version = process.versions.node;

const BATCH = 1000;
const works = { callbacks, switches, timers };

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
      else for (let i = 0; i < BATCH; i++) setImmediate(callback);
    }
    const began = performance.now();
    for (let i = 0; i < BATCH; i++) setImmediate(callback);
  });
}

async function switches(count) {
  const began = performance.now();
  for (let i = 0; i < count; i++) await nextTurn();
  return (performance.now() - began) / 1000;
}

async function timers(count) {
  const batches = Math.ceil(count / BATCH);
  const began = performance.now();
  for (let batch = 0; batch < batches; batch++) {
    for (let i = 0; i < BATCH; i++) clearTimeout(setTimeout(nothing, 60_000 + (i % 7) * 1000));
    await nextTurn();
  }
  return (((performance.now() - began) / 1000) * count) / (batches * BATCH);
}

function nothing() {}
