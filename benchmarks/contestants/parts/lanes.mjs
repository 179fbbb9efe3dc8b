/**
 * A closed loop: `width` calls are under way, and each result makes room for the next call.
 *
 * @typedef {{ width: number, payload: import('./payloads.mjs').Payload }} Job
 */
import { checkSum } from './payloads.mjs';

/**
 * Lanes of async functions.
 *
 * @param {(value: unknown) => PromiseLike<unknown>} call
 * @param {Job} job
 * @param {number} count how many calls
 * @returns {Promise<number>} seconds
 */
export async function asyncLanes(call, { width, payload }, count) {
  let next = 0;
  let sum = 0;
  async function lane(number) {
    while (next < count) {
      const result = await call(payload.value(next++, number));
      sum += payload.number(result);
    }
  }
  const began = performance.now();
  await Promise.all(Array.from({ length: width }, (_, number) => lane(number)));
  const ended = performance.now();
  checkSum(sum, count);
  return (ended - began) / 1000;
}

/**
 * Lanes of coroutines: a coroutine itself, so that its caller says which loop runs it.
 *
 * @param {typeof import('skein')} skein
 * @param {(value: unknown) => import('skein').Awaitable<unknown>} call
 * @param {Job} job
 * @param {number} count
 */
export function* coroutineLanes(skein, call, { width, payload }, count) {
  let next = 0;
  let sum = 0;
  function* lane(number) {
    while (next < count) {
      const result = yield* call(payload.value(next++, number));
      sum += payload.number(result);
    }
  }
  const began = performance.now();
  yield* skein.gather(...Array.from({ length: width }, (_, number) => lane(number)));
  const ended = performance.now();
  checkSum(sum, count);
  return (ended - began) / 1000;
}
