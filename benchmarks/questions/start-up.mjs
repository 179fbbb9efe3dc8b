// Guards: how long a program waits for its first result.

import { node } from '../harness/questions.mjs';

export default {
  title: 'From making a pool to its first result',
  cases: { 'x + 1': { workers: 2, width: 1 } },
  contestants: [node('skein-async'), node('skein-result'), node('piscina'), node('tinypool')],
  once: true,
  shown: 'time',
  unequal: [
    'Skein starts two threads before the first result, one after the other: its keeper, then a ' +
      'worker. Piscina and Tinypool start both workers at once and wait for one of them.',
    'A fresh process each; loading the library itself is not counted.',
  ],
  targets: [
    { case: 'x + 1', who: 'skein-async', than: 'piscina', of: 'time' },
    { case: 'x + 1', who: 'skein-result', than: 'piscina', of: 'time' },
  ],
};
