// Guards: what it costs to put a deadline on a part of a task that is done in time.

import { contestants, languages, rateTargets } from '../harness/task-peers.mjs';

const cases = { '60 s, never reached': { work: 'timeout' } };

export default {
  title: 'Timeout, enter and leave',
  cases,
  contestants,
  shown: 'time',
  unequal: [
    languages,
    'The body does not suspend. In Skein and asyncio it runs in the task that waits.',
    'Effection has no timeout; a race with a sleep, two tasks, stands for it. Effect runs its own ' +
      'beside the body, too.',
  ],
  targets: rateTargets(cases),
};
