// Guards: that threads which share one pool do not stand in each other's way.

import { node } from '../harness/questions.mjs';

export default {
  title: 'One pool, several submitting threads, 64 in flight each, 2 workers',
  cases: { 'x + 1': { workers: 2, width: 64 } },
  contestants: [node('skein-one-submitter'), node('skein-five-submitters')],
  // each thread has compiled code of its own to warm up, and each run has to wake all of them
  effort: { warmUpMs: 2000, sliceMs: 150 },
  shown: 'rate',
  showsCpu: true,
  unequal: [
    'Five submitters and two workers are seven threads; on fewer cores they take turns.',
    'The main thread only waits. Rates are sums over all submitters.',
    'No peer is here: none of them has a pool that several threads can submit to.',
  ],
  targets: [
    {
      case: 'x + 1',
      who: 'skein-five-submitters',
      than: 'skein-one-submitter',
      of: 'rate',
      atLeast: 0.8,
    },
  ],
};
