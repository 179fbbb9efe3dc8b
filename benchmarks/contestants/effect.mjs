// Effect: fibers that interpret descriptions of effects.

import { Deferred, Effect, Fiber, Queue, Semaphore } from 'effect';
import { packageVersion } from './parts/package-version.mjs';
import { checkSum } from './parts/payloads.mjs';

export const name = 'Effect';
export const version = packageVersion('effect');

const works = { oneByOne, allAtOnce, gather, lock, queue, timeout, pending };

let job;

export function setup(wanted) {
  job = wanted;
}

export async function run(count) {
  let apart = 0;
  const atPeak = (waiting) => (apart = job.atPeak(waiting));
  const work = Effect.fnUntraced(works[job.work]);
  const began = performance.now();
  const sum = await Effect.runPromise(work(count, atPeak));
  const ended = performance.now();
  checkSum(sum, count);
  return (ended - began) / 1000 - apart;
}

export function teardown() {}

const give = Effect.fnUntraced(function* (value) {
  return value;
});

function* oneByOne(count) {
  let sum = 0;
  for (let i = 1; i <= count; i++) sum += yield* Fiber.join(yield* Effect.forkChild(give(i)));
  return sum;
}

function* allAtOnce(count) {
  const fibers = [];
  for (let i = 1; i <= count; i++) fibers.push(yield* Effect.forkChild(give(i)));
  let sum = 0;
  for (const fiber of fibers) sum += yield* Fiber.join(fiber);
  return sum;
}

function* gather(count) {
  const effects = [];
  for (let i = 1; i <= count; i++) effects.push(give(i));
  let sum = 0;
  for (const value of yield* Effect.all(effects, { concurrency: 'unbounded' })) sum += value;
  return sum;
}

function* lock(count) {
  const semaphore = yield* Semaphore.make(1);
  let next = 1;
  let sum = 0;
  let last = -1;
  const contender = Effect.fnUntraced(function* (number) {
    const hold = Effect.sync(() => {
      if (last === number) throw new Error('the lock was not handed over');
      last = number;
      if (next <= count) sum += next++;
      return next > count;
    });
    let isOver = false;
    while (!isOver) isOver = yield* semaphore.withPermit(hold);
  });
  yield* semaphore.take(1);
  const fibers = [];
  for (let i = 0; i < job.width; i++) fibers.push(yield* Effect.forkChild(contender(i)));
  yield* Effect.yieldNow;
  yield* semaphore.release(1);
  yield* Fiber.joinAll(fibers);
  return sum;
}

function* queue(count) {
  const ping = yield* Queue.unbounded();
  const pong = yield* Queue.unbounded();
  const echo = Effect.fnUntraced(function* () {
    for (let i = 0; i < count; i++) yield* Queue.offer(pong, (yield* Queue.take(ping)) + 1);
  });
  const fiber = yield* Effect.forkChild(echo());
  let sum = 0;
  for (let i = 0; i < count; i++) {
    yield* Queue.offer(ping, i);
    sum += yield* Queue.take(pong);
  }
  yield* Fiber.join(fiber);
  return sum;
}

function* timeout(count) {
  let next = 0;
  const body = Effect.sync(() => ++next).pipe(Effect.timeout(60_000));
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* body;
  return sum;
}

function* pending(count, atPeak) {
  const gate = yield* Deferred.make();
  let waiting = 0;
  const wait = Effect.fnUntraced(function* (value) {
    waiting++;
    yield* Deferred.await(gate);
    return value;
  });
  const fibers = [];
  for (let i = 1; i <= count; i++) fibers.push(yield* Effect.forkChild(wait(i)));
  yield* Effect.yieldNow;
  atPeak(waiting);
  yield* Deferred.succeed(gate, undefined);
  let sum = 0;
  for (const fiber of fibers) sum += yield* Fiber.join(fiber);
  return sum;
}
