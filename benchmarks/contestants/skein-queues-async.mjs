import { answerLater } from '../tasks/answering.mjs';
import { version } from './parts/skein.mjs';
import { twoQueues } from './parts/two-queues.mjs';

export const name = 'Skein, async functions';
export { version };
export const { setup, run, teardown } = twoQueues(
  answerLater,
  async ({ questions, answers }, width, count) => {
    let sent = 0;
    let sum = 0;
    while (sent < width) await questions.put(sent++);
    for (let received = 0; received < count; received++) {
      sum += await answers.get();
      if (sent < count) await questions.put(sent++);
    }
    return sum;
  },
);
