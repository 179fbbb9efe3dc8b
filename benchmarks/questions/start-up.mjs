// Guards: how long a program waits for its first result.

import { node } from '../harness/questions.mjs';

export default {
  title: 'From making a pool to its first result',
  cases: { 'x + 1': { workers: 2, width: 1 } },
  contestants: [node('skein-async'), node('skein-result'), node('piscina'), node('tinypool')],
  once: true,
  shown: 'time',
  unequal: [
    'Skein starts its keeper and one worker, Piscina and Tinypool both workers; all wait for one.',
    'A fresh process each; loading the library itself is not counted.',
  ],
  targets: [
    { case: 'x + 1', who: 'skein-async', than: 'piscina', of: 'time' },
    { case: 'x + 1', who: 'skein-result', than: 'piscina', of: 'time' },
  ],
};
