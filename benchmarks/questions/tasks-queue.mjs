// Guards: what it costs to send an item to another task through a queue, and to get one back.

import { contestants, languages, rateTargets } from '../harness/task-peers.mjs';

const cases = { 'two queues, two tasks': { work: 'queue' } };

export default {
  title: 'Queue ping-pong',
  cases,
  contestants,
  shown: 'time',
  unequal: [
    languages,
    'A time is that of a round trip: two puts, two gets, both of which wait.',
    'Effection’s queue is unbounded and resumes the consumer inside add(): no turn, nobody else runs ' +
      'in between.',
  ],
  targets: rateTargets(cases),
};
