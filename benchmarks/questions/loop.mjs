// Guards: what the scheduler itself costs: a callback, a switch of tasks, a timer.

import { node, python } from '../harness/questions.mjs';

const cases = {
  'callSoon, in batches of 1 000': { work: 'callbacks' },
  'task switch, sleep(0)': { work: 'switches' },
  'timer set and cancelled': {
    work: 'timers',
    only: [
      'skein-selector-loop',
      'skein-node-loop',
      'asyncio-loop',
      'uvloop-loop',
      'native-immediates',
    ],
  },
};

export default {
  title: 'The loop itself',
  cases,
  contestants: [
    node('skein-selector-loop'),
    node('skein-node-loop'),
    python('asyncio-loop'),
    python('uvloop-loop', 'uvloop'),
    node('native-promises'),
    node('native-immediates'),
  ],
  shown: 'time',
  unequal: [
    'asyncio and uvloop are called from Python, Skein from JavaScript: what is compared is what a ' +
      'program in that language gets.',
    'Promises switch without a loop: no timer and no socket gets a turn in between, and neither ' +
      'callback nor wait can be cancelled.',
    'A turn of setImmediate is a turn of all of Node; NodeEventLoop makes many of its own turns in ' +
      'one of those, for up to 4 ms.',
  ],
  targets: Object.keys(cases).flatMap((name) =>
    ['skein-selector-loop', 'skein-node-loop'].flatMap((who) => [
      { case: name, who, than: 'asyncio-loop', of: 'rate', atLeast: 8 },
      { case: name, who, than: 'uvloop-loop', of: 'rate', atLeast: 3 },
    ]),
  ),
};
