// Guards: what a pending task takes of memory, and that a million of them fit into 1 GiB.

import {
  BOTH_LOOPS,
  contestants,
  languages,
  rateTargets,
  withoutEffection,
} from '../harness/task-peers.mjs';

const MILLION = '1 000 000';

const cases = {
  [MILLION]: {
    work: 'pending',
    count: 1_000_000,
    only: withoutEffection.map(({ file }) => file.replace(/\.\w+$/, '')),
  },
  '100 000': { work: 'pending', count: 100_000 },
};

export default {
  title: 'One million pending tasks',
  cases,
  contestants,
  shown: 'memory',
  unequal: [
    languages,
    'Bytes are those of a task, its coroutine, its wait and its place in an array. On Node it is what ' +
      'is live after a full collection; in Python, which frees at once, the growth of the process.',
    'A time is that of making a task, its wait, and its end. Nothing is warm: each process does it once.',
    'All wait for the same future; it is a withResolvers() in Effection, a Deferred in Effect.',
    'A million tasks of Effection need more than the 4 GiB that Node gives to a heap.',
  ],
  targets: [
    ...BOTH_LOOPS.map((who) => ({ case: MILLION, who, of: 'peak', atMost: 2 ** 30 })),
    ...Object.keys(cases).flatMap((name) =>
      BOTH_LOOPS.flatMap((who) =>
        ['asyncio-loop', 'effection', 'effect'].map((than) => ({
          case: name,
          who,
          than,
          of: 'memory',
          atMost: 1,
        })),
      ),
    ),
    ...rateTargets({ [MILLION]: cases[MILLION] }),
  ],
};
