// Guards: that the main thread of a server answers while 100 000 tasks are under way.

import { node } from '../harness/questions.mjs';

const peers = ['piscina', 'piscina-tuned', 'tinypool', 'workerpool', 'poolifier', 'post-message'];
const all = '100 000 in flight';

export default {
  title: 'How late the main thread is while 100 000 tasks are in flight, p99, 2 workers',
  cases: { [all]: { workers: 2, width: 64, inFlight: 100_000 } },
  contestants: ['skein-async', ...peers].map((name) => node(name)),
  shown: 'time',
  once: true,
  unequal: [
    'All tasks, `x + 1`, are submitted at once, after 20 000 that warm up. A timer of 1 ms goes off again ' +
      'and again; what is shown is how long who comes at any moment waits for it, in the worst hundredth.',
    'The thread submits, and hands out the results: the delay is that of the longest of both that it does ' +
      'without a pause.',
  ],
  targets: peers
    .filter((peer) => peer !== 'post-message')
    .map((than) => ({ case: all, who: 'skein-async', than, of: 'time', atMost: 1 })),
};
