/**
 * How late the main thread comes to other work while a great number of tasks is under way: all of them are
 * submitted at once, and a timer of Node goes off again and again until the last result has come. A program
 * that wanted something in every millisecond would have waited, each time, until the timer went off next;
 * what is measured is how long it would have waited in the worst hundredth of them.
 *
 * So a long stall counts as long as it lasts, and not as one.
 *
 * @param {(value: unknown) => PromiseLike<unknown>} call
 * @param {{ inFlight: number, payload: import('./payloads.mjs').Payload }} job
 * @returns {Promise<number>} seconds
 */
import { quantile } from 'simple-statistics';
import { checkSum } from './payloads.mjs';

const WARM_UP = 20_000;
const PER_MS = 10;

export async function delayOfMainThread(call, { inFlight, payload }) {
  await allAtOnce(call, payload, WARM_UP);
  const turns = [];
  let timer;
  const turn = () => {
    turns.push(performance.now());
    timer = setTimeout(turn, 1);
  };
  turn();
  await allAtOnce(call, payload, inFlight);
  clearTimeout(timer);
  turns.push(performance.now());
  return quantile(delaysBetween(turns), 0.99) / 1000;
}

async function allAtOnce(call, payload, count) {
  const results = [];
  for (let i = 0; i < count; i++) results.push(call(payload.value(i, 0)));
  let sum = 0;
  for (const result of await Promise.all(results)) sum += payload.number(result);
  checkSum(sum, count);
}

/** How long who came between two turns had to wait, milliseconds: ten for each millisecond. */
function delaysBetween(turns) {
  const delays = [];
  for (const [i, turn] of turns.slice(1).entries()) {
    const between = turn - turns[i];
    for (let wait = between; wait > 0; wait -= 1 / PER_MS) delays.push(wait);
  }
  return delays;
}
