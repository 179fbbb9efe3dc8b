// Guards: that each feature is as fast beside the peers' as a task without it.

import { node } from '../harness/questions.mjs';

const pools = ['piscina', 'piscina-tuned', 'tinypool', 'workerpool', 'poolifier'];
const peersOf = {
  timeout: pools,
  signal: pools.filter((peer) => peer !== 'workerpool'),
  priority: ['poolifier'],
  transfer: pools,
};

const cases = {};
const targets = [];
for (const [feature, peers] of Object.entries(peersOf)) {
  const payload = feature === 'transfer' ? 'given' : 'number';
  cases[feature] = { workers: 2, width: 64, payload, feature, only: ['skein-async', ...peers] };
  for (const than of peers) {
    targets.push({ case: feature, who: 'skein-async', than, of: 'rate', atLeast: 1 });
  }
}

export default {
  title: 'Small tasks that use a feature, 64 in flight, 2 workers',
  cases,
  contestants: ['skein-async', ...pools].map((name) => node(name)),
  shown: 'rate',
  showsCpu: true,
  unequal: [
    'A timeout of a minute, for each task its own. Piscina, Tinypool and poolifier have none: they are ' +
      'given AbortSignal.timeout(). Skein’s and workerpool’s end also a task that does not heed it.',
    'A signal: an AbortController for each task, as a server has one for each request.',
    'poolifier takes a priority with the function, Skein with the task, and both let what waits grow ' +
      'older. Piscina takes a queue that the user writes; the others know none.',
    'Transferred is a new buffer of 64 KiB for each task, to the worker; making it is measured, too.',
    'What is not equal in the question of small tasks without a feature is not equal here.',
  ],
  targets,
};
