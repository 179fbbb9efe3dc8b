/**
 * How late the main thread comes to other work while a great number of tasks is under way. Some so many of
 * them are submitted in each turn of Node's loop; the workers wait until all are there, and then go through
 * them. Meanwhile a timer of Node goes off again and again. A program that wanted something in every
 * millisecond would have waited, each time, until the timer went off next; what is measured is how long it
 * would have waited in the worst hundredth of them. So a long stall counts as long as it lasts, and not as one.
 *
 * @param {(value: unknown) => PromiseLike<unknown>} call
 * @param {{ inFlight: number, perTurn: number, payload: import('./payloads.mjs').Payload }} job
 * @returns {Promise<number>} seconds
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { quantile } from 'simple-statistics';
import { checkSum } from './payloads.mjs';

const WARM_UP = 20_000;
const PER_MS = 10;
/** So many tasks wait for the gate: enough to hold every worker. */
const GATED = 8;

export async function delayOfMainThread(call, { inFlight, perTurn, payload }) {
  await goThrough(call, payload, WARM_UP, perTurn);
  const turns = [];
  let timer;
  const turn = () => {
    turns.push(performance.now());
    timer = setTimeout(turn, 1);
  };
  turn();
  await goThrough(call, payload, inFlight, perTurn);
  clearTimeout(timer);
  turns.push(performance.now());
  return quantile(delaysBetween(turns), 0.99) / 1000;
}

async function goThrough(call, payload, count, perTurn) {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  let sum = 0;
  let left = count;
  let finish;
  const isDone = new Promise((resolve) => (finish = resolve));
  const add = (result) => {
    sum += payload.number(result);
    if (--left === 0) finish();
  };
  for (let i = 0; i < count; i++) {
    call(i < GATED ? { gate, number: i } : payload.value(i, 0)).then(add, finish);
    if ((i + 1) % perTurn === 0) await nextTurn();
  }
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  const error = await isDone;
  if (error !== undefined) throw error;
  checkSum(sum, count);
}

/** How long who came between two turns had to wait, milliseconds: ten for each millisecond. */
function delaysBetween(turns) {
  const delays = [];
  for (const [i, turn] of turns.slice(1).entries()) {
    for (let wait = turn - turns[i]; wait > 0; wait -= 1 / PER_MS) delays.push(wait);
  }
  return delays;
}
