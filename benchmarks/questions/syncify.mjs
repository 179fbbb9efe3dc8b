// Guards: that who needs an asynchronous function in synchronous code gets several times synckit's calls.

import { node } from '../harness/questions.mjs';

const cases = {
  'x + 1': { payload: 'number' },
  'x + 1, a plain function': { payload: 'number', isPlain: true },
  'a source of 8 KiB': { payload: 'source' },
  'a source of 100 KiB': { payload: 'longSource' },
};
const pair = { who: 'skein-syncify', than: 'synckit-later', of: 'rate' };

export default {
  title: 'An asynchronous function made synchronous',
  cases,
  contestants: [node('skein-syncify'), node('synckit-later')],
  shown: 'time',
  showsCpu: true,
  unequal: [
    'Skein looks for the result for some microseconds before it sleeps, and so does its worker; ' +
      'synckit sleeps at once.',
    'The function is async in both, but for the second table. Skein runs an async one as a task of a loop, so that it can be cancelled.',
    'Sources are latin1, of which the engine makes strings with a byte per character; they are given ' +
      'back as they came.',
  ],
  targets: [
    { ...pair, case: 'x + 1', atLeast: 3 },
    { ...pair, case: 'x + 1, a plain function', atLeast: 3 },
    { ...pair, case: 'a source of 8 KiB', atLeast: 3 },
    { ...pair, case: 'a source of 100 KiB', atLeast: 1 },
  ],
};
