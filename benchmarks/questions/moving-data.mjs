// Guards: that a transfer is never slower than a copy by more than it takes to detach, and that its cost
// does not grow with what is moved.

import { node } from '../harness/questions.mjs';

const sizes = { '1 KiB': 2 ** 10, '64 KiB': 2 ** 16, '1 MiB': 2 ** 20, '16 MiB': 2 ** 24 };
const cases = Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, { size }]));

const copying = 'skein-copying';
const transferring = 'skein-transferring';

export default {
  title: 'Bytes to a task and back, four ways, one at a time, 1 worker',
  cases,
  contestants: [copying, transferring, 'skein-sharing', 'skein-describing'].map((name) =>
    node(name),
  ),
  shown: 'time',
  showsCpu: true,
  unequal: [
    'The task writes 4 bytes at either end; the sender reads them. Nobody touches what lies between.',
    'Shared memory does not come back: the sender has it all the time.',
    'What is transferred goes round: each task gets the memory that the last one gave back.',
  ],
  targets: [
    { case: '64 KiB', who: transferring, than: copying, of: 'rate', atLeast: 0.5 },
    { case: '1 MiB', who: transferring, than: copying, of: 'rate', atLeast: 1 },
    { case: '16 MiB', who: transferring, than: copying, of: 'rate', atLeast: 5 },
  ],
};
