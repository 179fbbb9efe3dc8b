// Guards: what each feature of the pool costs a task that uses it.

import { node } from '../harness/questions.mjs';

const features = ['name', 'priority', 'timeout', 'signal', 'retries', 'context', 'channels'];

export default {
  title: 'What a feature costs, x + 1, 64 in flight, 2 workers',
  cases: { 'x + 1': { workers: 2, width: 64 } },
  contestants: [
    node('skein-async'),
    ...features.map((feature) => node('skein-async', feature)),
    node('skein-traced'),
    node('skein-map', 'each alone'),
    node('skein-map', 'in chunks of 64'),
    node('skein-stream'),
  ],
  shown: 'rate',
  showsCpu: true,
  unequal: [
    'An AbortController is made for each task that has a signal, an OpenTelemetry context is entered for ' +
      'each that has a trace.',
    'channels: two subscribers, of skein:task:submit and skein:task:settle, in the thread that submits.',
    'map and stream have 64 tasks, chunks or values on their way, and one consumer: for await.',
  ],
  targets: [],
};
