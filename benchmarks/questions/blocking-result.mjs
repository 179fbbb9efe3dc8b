// Guards: how long a synchronous program waits for the answer of another thread.

import { node } from '../harness/questions.mjs';

export default {
  title: 'A blocking call from the main thread',
  cases: { 'x + 1': { workers: 1 } },
  contestants: [node('skein-result'), node('synckit')],
  shown: 'time',
  showsCpu: true,
  unequal: [
    'Skein looks for the result for some microseconds before it sleeps, and so does its worker; ' +
      'synckit sleeps at once.',
    'synckit has one thread per function and waits for each call; Skein’s future could also be ' +
      'awaited, and the pool could have more threads.',
  ],
  targets: [{ case: 'x + 1', who: 'skein-result', than: 'synckit', of: 'time', atMost: 1 }],
};
