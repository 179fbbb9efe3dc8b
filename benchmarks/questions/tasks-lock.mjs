// Guards: what it costs to hand a lock from one task to the next that waits for it.

import { languages, rateTargets, withoutEffection } from '../harness/task-peers.mjs';

const cases = { '10 tasks': { work: 'lock', width: 10 } };

export default {
  title: 'Lock hand-over',
  cases,
  contestants: withoutEffection,
  shown: 'time',
  unequal: [
    languages,
    'Every acquisition waits: who releases goes to the end of the line at once. That the lock goes ' +
      'round is checked.',
    'Effect has semaphores, of which this is one with a single permit. Effection has no lock.',
  ],
  targets: rateTargets(cases),
};
