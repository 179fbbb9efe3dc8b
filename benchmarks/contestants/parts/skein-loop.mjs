/**
 * A contestant from a loop of Skein.
 *
 * @param {() => import('skein').EventLoop} makeLoop
 */
import { skein } from './skein.mjs';
import { taskWorks } from './skein-tasks.mjs';

const BATCH = 1000;

export function skeinLoop(makeLoop) {
  let loop;
  let job;
  return {
    setup: (wanted) => {
      loop = makeLoop();
      job = wanted;
    },
    run: (count) => works[job.work](loop, count, job),
    teardown: () => loop.close(),
  };
}

const works = { callbacks, switches, timers, ...taskWorks };

/** Callbacks in batches, each registered before the first of its batch runs. */
async function callbacks(loop, count) {
  let left = Math.ceil(count / BATCH) * BATCH;
  function callback() {
    if (--left % BATCH !== 0) return;
    if (left === 0) loop.stop();
    else for (let i = 0; i < BATCH; i++) loop.callSoon(callback);
  }
  const total = left;
  const began = performance.now();
  for (let i = 0; i < BATCH; i++) loop.callSoon(callback);
  await loop.runForever();
  return (((performance.now() - began) / 1000) * count) / total;
}

/** One task that lets the loop turn, again and again. */
async function switches(loop, count) {
  function* main() {
    for (let i = 0; i < count; i++) yield* skein.sleep(0);
  }
  const began = performance.now();
  await loop.runUntilComplete(main());
  return (performance.now() - began) / 1000;
}

/** Timers in batches, set for a minute and cancelled; the loop turns after each batch. */
async function timers(loop, count) {
  let left = Math.ceil(count / BATCH);
  const total = left * BATCH;
  function batch() {
    for (let i = 0; i < BATCH; i++) loop.callLater(60_000 + (i % 7) * 1000, nothing).cancel();
    if (--left === 0) loop.stop();
    else loop.callSoon(batch);
  }
  const began = performance.now();
  loop.callSoon(batch);
  await loop.runForever();
  return (((performance.now() - began) / 1000) * count) / total;
}

function nothing() {}
