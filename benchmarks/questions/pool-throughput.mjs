// Guards: how many small tasks a second one thread gets through the pool while 64 are under way.

import { node, python } from '../harness/questions.mjs';

const target = (who, than, atLeast) => ({ case: 'x + 1', who, than, of: 'rate', atLeast });

export default {
  title: 'Small tasks, 64 in flight, 2 workers',
  cases: { 'x + 1': { workers: 2, width: 64 } },
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
  shown: 'rate',
  showsCpu: true,
  unequal: [
    'Piscina, Tinypool and workerpool as they come give a worker one task at a time; Piscina tuned ' +
      'gives it up to 64, has a FixedQueue and records no timing. poolifier posts all tasks at once.',
    'postMessage is no pool: one worker, answers in order, errors are not looked at. Bare, it has not ' +
      'even a promise per task: whoever asked is not told which answer is its own.',
    "CPython's threads take turns with the one lock of the interpreter.",
    'A blocking loop lets nothing else of Node happen in its thread meanwhile.',
    'Between tasks Skein’s workers look for work for some microseconds before they sleep; the CPU ' +
      'time is shown because of that.',
  ],
  targets: [
    ...['skein-async', 'skein-coroutines'].flatMap((who) => [
      target(who, 'piscina', 30),
      target(who, 'piscina-tuned', 5),
      target(who, 'post-message', 1.5),
    ]),
    target('skein-blocking', 'piscina', 60),
    target('skein-blocking', 'piscina-tuned', 10),
    target('skein-blocking', 'post-message', 3),
    target('skein-blocking', 'skein-coroutines', 2),
  ],
};
