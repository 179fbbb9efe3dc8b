import { checkSum, payloadOf } from './payloads.mjs';

/**
 * One call after the other of a function that blocks.
 *
 * @param {(task: 'increment' | 'echo', isPlain: boolean) => (value: any) => any} makeCall makes the
 *   function that is called, of one that is plain or async
 * @returns the `setup` and `run` of a contestant
 */
export function blockingCalls(makeCall) {
  let call;
  let payload;
  return {
    setup(job) {
      payload = payloadOf(job.payload);
      call = makeCall(payload.task, job.isPlain ?? false);
    },
    run(count) {
      let sum = 0;
      const began = performance.now();
      for (let i = 0; i < count; i++) sum += payload.number(call(payload.value(i, 0)));
      const ended = performance.now();
      checkSum(sum, count);
      return (ended - began) / 1000;
    },
  };
}
