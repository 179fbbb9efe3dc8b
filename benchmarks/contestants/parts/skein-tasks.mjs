/**
 * What tasks do in Skein. Each of `taskWorks` does it `count` times on a loop, checks what came out, and
 * gives the seconds that it took. parts/tasks.py, effection.mjs and effect.mjs do the same in their ways.
 */
import { checkSum } from './payloads.mjs';
import { skein } from './skein.mjs';

const timed = (body) => async (loop, count, job) => {
  const began = performance.now();
  const sum = await loop.runUntilComplete(body(loop, count, job));
  const seconds = (performance.now() - began) / 1000;
  checkSum(sum, count);
  return seconds;
};

export const taskWorks = {
  oneByOne: timed(oneByOne),
  allAtOnce: timed(allAtOnce),
  gather: timed(gather),
  lock: timed(lockHandOver),
  queue: timed(queuePingPong),
  timeout: timed(timeouts),
  pending,
};

function* give(value) {
  return value;
}

function* oneByOne(loop, count) {
  let sum = 0;
  for (let i = 1; i <= count; i++) sum += yield* loop.createTask(give(i));
  return sum;
}

function* allAtOnce(loop, count) {
  const tasks = [];
  for (let i = 1; i <= count; i++) tasks.push(loop.createTask(give(i)));
  let sum = 0;
  for (const task of tasks) sum += yield* task;
  return sum;
}

function* gather(_loop, count) {
  const coroutines = [];
  for (let i = 1; i <= count; i++) coroutines.push(give(i));
  let sum = 0;
  for (const value of yield* skein.gather(...coroutines)) sum += value;
  return sum;
}

/** Each holder lets go and goes to the end of the line, so that every acquisition is a hand-over. */
function* lockHandOver(loop, count, { width }) {
  const lock = new skein.Lock();
  let next = 1;
  let sum = 0;
  let last = -1;
  function* contender(number) {
    while (next <= count) {
      yield* lock.acquire();
      if (last === number) throw new Error('the lock was not handed over');
      last = number;
      if (next <= count) sum += next++;
      lock.release();
    }
  }
  yield* lock.acquire();
  const tasks = [];
  for (let i = 0; i < width; i++) tasks.push(loop.createTask(contender(i)));
  yield* skein.sleep(0);
  lock.release();
  for (const task of tasks) yield* task;
  return sum;
}

function* queuePingPong(loop, count) {
  const ping = new skein.Queue();
  const pong = new skein.Queue();
  function* echo() {
    for (let i = 0; i < count; i++) yield* pong.put((yield* ping.get()) + 1);
  }
  const task = loop.createTask(echo());
  let sum = 0;
  for (let i = 0; i < count; i++) {
    yield* ping.put(i);
    sum += yield* pong.get();
  }
  yield* task;
  return sum;
}

function* timeouts(_loop, count) {
  let next = 0;
  function* body() {
    return ++next;
  }
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* skein.timeout(60_000, body);
  return sum;
}

async function pending(loop, count, { atPeak }) {
  let waiting = 0;
  function* wait(gate, value) {
    waiting++;
    yield* gate;
    return value;
  }
  let apart = 0;
  function* main() {
    const gate = loop.createFuture();
    const tasks = [];
    for (let i = 1; i <= count; i++) tasks.push(loop.createTask(wait(gate, i)));
    yield* skein.sleep(0);
    apart = atPeak(waiting);
    gate.setResult();
    let sum = 0;
    for (const task of tasks) sum += yield* task;
    return sum;
  }
  return (await timed(main)(loop, count)) - apart;
}
