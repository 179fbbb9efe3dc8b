// Guards: that the main thread of a server answers while 100 000 tasks are in flight.

import { node } from '../harness/questions.mjs';

const peers = ['piscina', 'piscina-tuned', 'tinypool', 'workerpool', 'poolifier'];
const job = { workers: 2, width: 64, payload: 'gated', inFlight: 100_000 };
const cases = {
  'submitted 100 in a turn': { ...job, perTurn: 100 },
  'submitted 10 000 in a turn': { ...job, perTurn: 10_000 },
  'submitted all at once': { ...job, perTurn: 100_000 },
};

export default {
  title: 'How late the main thread is while 100 000 tasks are in flight, p99, 2 workers',
  cases,
  contestants: ['skein-async', ...peers].map((name) => node(name)),
  shown: 'time',
  once: true,
  unequal: [
    'All tasks, `x + 1`, are in flight before the first is done: the workers wait for that. A timer of 1 ms ' +
      'goes off again and again; what is shown is how long who comes at any moment waits for it, in the worst ' +
      'hundredth.',
    'The thread submits, and hands out the results: the delay is that of the longest of both that it does ' +
      'without a pause. Who takes longer for all of them has more time to share the pauses out.',
  ],
  targets: Object.keys(cases).flatMap((name) =>
    peers.map((than) => ({ case: name, who: 'skein-async', than, of: 'time', atMost: 1 })),
  ),
};
