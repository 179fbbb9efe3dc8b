// Guards: what a task costs that another process does.

import { node, python } from '../harness/questions.mjs';

const feature = 'processes';
const peers = ['tinypool', 'workerpool'];

export default {
  title: 'Small tasks in 2 child processes',
  cases: {
    'one at a time': { workers: 2, width: 1, feature },
    '64 in flight': { workers: 2, width: 64, feature },
  },
  contestants: [node('skein-processes'), ...peers.map((name) => node(name)), python('cpython')],
  shown: 'time',
  showsCpu: true,
  unequal: [
    'The time is that from one result to the next: with 64 in flight a 64th of what a task takes.',
    'Tinypool and workerpool write JSON into the pipe of child_process and know only what JSON knows; ' +
      'Skein and CPython carry what the structured clone and pickle carry.',
    'The CPU time is that of the process that asks.',
  ],
  targets: peers.flatMap((than) =>
    ['one at a time', '64 in flight'].map((where) => ({
      case: where,
      who: 'skein-processes',
      than,
      of: 'rate',
      atLeast: 1,
    })),
  ),
};
