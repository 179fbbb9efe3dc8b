// Guards: what it costs to make a task and to await it.

import { contestants, languages, rateTargets } from '../harness/task-peers.mjs';

const cases = {
  'one after the other': { work: 'oneByOne', count: 100_000 },
  '100 000 made, then each awaited': { work: 'allAtOnce', count: 100_000 },
};

export default {
  title: 'Create and await 100 000 tasks',
  cases,
  contestants,
  shown: 'time',
  unequal: [
    languages,
    'The first step of an Effection task runs inside spawn(), and awaiting a task that is done is no ' +
      'turn of anything; elsewhere a new task waits for its turn.',
    'Effect takes turns by setImmediate, as an ordinary guest of Node does; NodeEventLoop makes many of ' +
      'its own turns in one of those, for up to 4 ms.',
  ],
  targets: rateTargets(cases),
};
