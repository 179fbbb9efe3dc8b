// Guards: what an item costs on its way through a queue from thread to thread, and back through another.

import { node, python } from '../harness/questions.mjs';

const target = (case_, who, than, atLeast) => ({ case: case_, who, than, of: 'rate', atLeast });

export default {
  title: 'Numbers to another thread and back, through two queues',
  cases: {
    'one at a time': { width: 1 },
    '64 under way': { width: 64 },
  },
  contestants: [
    node('skein-queues-async'),
    node('skein-queues-blocking'),
    node('post-message-bare'),
    python('cpython-queues', 'queue'),
  ],
  shown: 'time',
  showsCpu: true,
  unequal: [
    'A queue may have many threads at either end, and waits for room; postMessage has one at each, and no bound.',
    'Who blocks looks for some microseconds before it sleeps. The CPU time is shown because of that.',
  ],
  targets: [
    target('64 under way', 'skein-queues-async', 'post-message-bare', 1),
    target('64 under way', 'skein-queues-blocking', 'post-message-bare', 2),
    target('one at a time', 'skein-queues-blocking', 'post-message-bare', 2),
  ],
};
