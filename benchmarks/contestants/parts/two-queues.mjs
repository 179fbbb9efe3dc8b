/**
 * A contestant that sends numbers to another thread through a queue, and has the answers from a second one.
 *
 * @param {Function} target of the other thread
 * @param {(queues: { questions: object, answers: object }, width: number, count: number) =>
 *   number | Promise<number>} exchange keeps `width` numbers under way; gives the sum of the answers
 */
import { checkSum } from './payloads.mjs';
import { skein } from './skein.mjs';

export function twoQueues(target, exchange) {
  const questions = new skein.ThreadQueue();
  const answers = new skein.ThreadQueue();
  let width;
  let thread;
  const since = (began, sum, count) => {
    checkSum(sum, count);
    return (performance.now() - began) / 1000;
  };
  return {
    setup: (job) => {
      ({ width } = job);
      thread = new skein.Thread({ target, args: [questions, answers] });
      thread.start();
    },
    run: (count) => {
      const began = performance.now();
      const sum = exchange({ questions, answers }, Math.min(width, count), count);
      return typeof sum === 'number'
        ? since(began, sum, count)
        : sum.then((s) => since(began, s, count));
    },
    teardown: () => {
      questions.shutdown();
      thread.join();
    },
  };
}
