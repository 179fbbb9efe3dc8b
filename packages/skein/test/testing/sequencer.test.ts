import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Coroutine, gather, getRunningLoop } from 'skein';
import { runWithVirtualTime, Sequencer } from 'skein/testing';

describe('Sequencer', () => {
  test('brings parts of tasks into an order', () => {
    const o = runWithVirtualTime(function* () {
      const o: number[] = [];
      const seq = new Sequencer();
      function* part(...positions: number[]): Coroutine<void> {
        for (const position of positions) {
          using _ = yield* seq.at(position);
          o.push(position);
        }
      }
      yield* gather(part(1, 4), part(3, 5), part(0, 2));
      return o;
    });
    assert.deepEqual(o, [0, 1, 2, 3, 4, 5]);
  });

  test('in async functions', async () => {
    const o = await runWithVirtualTime(async () => {
      const o: number[] = [];
      const seq = new Sequencer();
      const part = (...positions: number[]) =>
        getRunningLoop().createTask(async () => {
          for (const position of positions) {
            using _ = await seq.at(position);
            o.push(position);
          }
        });
      await gather(part(1, 3), part(0, 2));
      return o;
    });
    assert.deepEqual(o, [0, 1, 2, 3]);
  });

  test('a position is used once', () => {
    runWithVirtualTime(function* () {
      const seq = new Sequencer();
      (yield* seq.at(0))[Symbol.dispose]();
      let code: unknown;
      try {
        yield* seq.at(0);
      } catch (error) {
        code = (error as { code: string }).code;
      }
      assert.equal(code, 'ERR_SEQUENCE');
    });
  });

  test('is broken for all when one that waits is cancelled', () => {
    const o = runWithVirtualTime(function* () {
      const loop = getRunningLoop();
      const seq = new Sequencer();
      const waits = (position: number) =>
        loop.createTask(function* () {
          using _ = yield* seq.at(position);
        });
      const tasks = [waits(1), waits(2)];
      loop.callLater(5, () => tasks[0]?.cancel());
      const results = yield* gather(...tasks, { returnExceptions: true });
      return results.map((error) => (error as unknown as { code: string }).code);
    });
    assert.deepEqual(o, ['ERR_CANCELLED', 'ERR_SEQUENCE']);
  });

  test('refuses what is no position', () => {
    const seq = new Sequencer();
    for (const wrong of [-1, 0.5, NaN]) {
      assert.throws(
        () =>
          runWithVirtualTime(function* () {
            yield* seq.at(wrong);
          }),
        TypeError,
      );
    }
  });
});
