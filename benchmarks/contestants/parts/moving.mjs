/**
 * A contestant that sends bytes to a thread, which writes a number at both ends, and has them again: one
 * call at a time. The pool and the bytes are made by the first run.
 *
 * @param {(size: number) => unknown} make what goes to and fro
 * @param {(pool: import('skein').ThreadPoolExecutor, thing: any, number: number) => PromiseLike<any>} call
 *   gives what the next call is to send
 * @param {(thing: any) => Uint8Array} look
 */
import { skein } from './skein.mjs';

export function moving(make, call, look) {
  let size;
  let pool;
  let thing;
  return {
    setup: (wanted) => {
      size = wanted.size;
    },
    run: async (count) => {
      pool ??= new skein.ThreadPoolExecutor({ maxWorkers: 1 });
      thing ??= make(size);
      const began = performance.now();
      for (let number = 1; number <= count; number++) {
        thing = await call(pool, thing, number);
        const { buffer, byteOffset, byteLength } = look(thing);
        const view = new DataView(buffer, byteOffset, byteLength);
        const ends = [view.getUint32(0, true), view.getUint32(size - 4, true)];
        if (ends.some((end) => end !== number)) throw new Error(`Wrong bytes: ${ends}`);
      }
      return (performance.now() - began) / 1000;
    },
    teardown: () => pool.shutdown(),
  };
}
