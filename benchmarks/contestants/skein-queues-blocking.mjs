import { answer } from '../tasks/answering.mjs';
import { version } from './parts/skein.mjs';
import { twoQueues } from './parts/two-queues.mjs';

export const name = 'Skein, calls that block';
export { version };
export const { setup, run, teardown } = twoQueues(
  answer,
  ({ questions, answers }, width, count) => {
    let sent = 0;
    let sum = 0;
    while (sent < width) questions.putSync(sent++);
    for (let received = 0; received < count; received++) {
      sum += answers.getSync();
      if (sent < count) questions.putSync(sent++);
    }
    return sum;
  },
);
