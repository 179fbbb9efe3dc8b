// Guards: how long one small task takes when it is the only one.

import { node, python } from '../harness/questions.mjs';

const target = (who, than, atMost) => ({ case: 'x + 1', who, than, of: 'time', atMost });

export default {
  title: 'Small tasks, one at a time, 2 workers',
  cases: { 'x + 1': { workers: 2, width: 1 } },
  contestants: [
    node('skein-async'),
    node('skein-coroutines'),
    node('skein-blocking'),
    node('piscina'),
    node('piscina-tuned'),
    node('tinypool'),
    node('workerpool'),
    node('poolifier'),
    node('post-message'),
    node('post-message-bare'),
    python('cpython'),
  ],
  shown: 'time',
  showsCpu: true,
  unequal: [
    'Both sides of Skein look for work, or for the result, for some microseconds before they sleep; ' +
      'a blocking loop on the submitting side as well. The CPU time is shown because of that.',
    'The workers of Piscina and Tinypool block in Atomics.wait while they are idle, the others wait ' +
      "in Node's loop.",
    'postMessage is no pool: one worker, answers in order, errors are not looked at; bare, it has no ' +
      'promise per task.',
  ],
  targets: [
    target('skein-async', 'piscina', 0.6),
    target('skein-coroutines', 'piscina', 0.6),
    target('skein-blocking', 'piscina', 0.3),
  ],
};
