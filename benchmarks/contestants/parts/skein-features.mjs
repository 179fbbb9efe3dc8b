/**
 * How Skein's pool is asked for a feature.
 *
 * @param {import('skein').ThreadPoolExecutor} pool
 * @param {Function} fn
 * @param {string | undefined} feature
 * @returns {(value: any) => import('skein').ConcurrentFuture<unknown>}
 */
import { subscribe } from 'node:diagnostics_channel';
import { LONG_MS } from './run-options.mjs';
import { skein } from './skein.mjs';

export function submitterOf(pool, fn, feature) {
  if (feature === 'signal') {
    return (value) => pool.with({ signal: new AbortController().signal }).submit(fn, value);
  }
  if (feature === 'transfer') {
    return (value) => pool.submit(fn, skein.transfer(value, [value.buffer]));
  }
  if (feature === 'channels') subscribeOnce();
  const options = optionsOf[feature];
  const asked = options === undefined ? pool : pool.with(options());
  return (value) => asked.submit(fn, value);
}

const request = new skein.ContextVar('request');

const optionsOf = {
  timeout: () => ({ timeout: LONG_MS }),
  priority: () => ({ priority: 1 }),
  name: () => ({ name: 'plus one' }),
  retries: () => ({ retries: 3 }),
  context: () => {
    request.set(42);
    return { context: true };
  },
};

let heard = 0;

function subscribeOnce() {
  if (heard++ > 0) return;
  for (const what of ['submit', 'settle']) subscribe(`skein:task:${what}`, () => heard++);
}
