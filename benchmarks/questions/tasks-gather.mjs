// Guards: what it costs to run many coroutines side by side and to collect their results.

import { contestants, languages, rateTargets } from '../harness/task-peers.mjs';

const cases = { '10 000 coroutines': { work: 'gather', count: 10_000 } };

export default {
  title: 'gather of 10 000 coroutines',
  cases,
  contestants,
  shown: 'time',
  unequal: [
    languages,
    'gather() is all() in Effection and Effect.all() with unbounded concurrency in Effect. Both halt ' +
      'the others when one fails; gather() does not.',
  ],
  targets: rateTargets(cases),
};
