/** What tasks leave running in their workers is counted, and shown by `pool.statistics()`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { type PoolExecutor, poolMetrics, type ResourceCounts } from 'skein';
import { executors } from '../fixtures/executors.ts';
import { addOne, addOneLater } from '../fixtures/functions.ts';
import * as there from '../fixtures/leaving.ts';
import { eventually, open } from '../fixtures/words.ts';

/** Until this is what goes on in the pool, and in its only worker. */
async function shows(pool: PoolExecutor, expected: ResourceCounts): Promise<void> {
  const text = (counts: unknown): string => JSON.stringify(counts);
  await eventually(() => {
    const { leftRunning, workers } = pool.statistics();
    const all = [leftRunning, ...workers.map((worker) => worker.leftRunning)];
    return all.length === 2 && all.every((each) => text(each) === text(expected));
  }, text(expected));
}

const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));

for (const executor of executors) {
  describe(executor.name, () => {
    const pool = executor.newPool({ maxWorkers: 1 });
    const server = createServer((socket) => socket.on('error', () => {}));
    before(async () => once(server.listen(0), 'listening'));
    after(async () => {
      server.close();
      await pool[Symbol.asyncDispose]();
    });

    test('a worker without anything shows nothing, whatever its tasks have done', async () => {
      for (let i = 0; i < 5; i++) {
        await pool.submit(addOne, i);
        await pool.submit(addOneLater, i);
        await pool.submit(there.leaveUnheld);
      }
      await aWhile();
      await shows(pool, {});
      await aWhile();
      await shows(pool, {});
    });

    const kinds: readonly (readonly [there.Left, string])[] = [
      ['timer', 'Timeout'],
      ['server', 'TCPServerWrap'],
      ['socket', 'TCPSocketWrap'],
      ['child', 'ProcessWrap'],
    ];
    for (const [what, kind] of kinds) {
      test(`a ${what} is shown until it is ended`, async () => {
        await pool.submit(there.leave, what, (server.address() as AddressInfo).port);
        await shows(pool, { [kind]: 1 });
        await pool.submit(there.endLeft, what);
        await shows(pool, {});
      });
    }

    test('what ends by itself is not shown any more, without another task', async () => {
      await pool.submit(there.leaveTimeout, 500);
      await shows(pool, { Timeout: 1 });
      await shows(pool, {});
    });

    test('what an initializer, or a task that has failed, has left; as a metric', async () => {
      const other = executor.newPool({ maxWorkers: 1, initializer: there.leaveTimer });
      await other.warmUp();
      await shows(other, { Timeout: 1 });
      await other.submit(there.leaveTimers, 2);
      await shows(other, { Timeout: 3 });
      await assert.rejects(async () => other.submit(there.leaveAndFail), RangeError);
      await shows(other, { Timeout: 4 });
      const metrics = poolMetrics(other.statistics(), { own: 'p' });
      assert.deepEqual(metrics.find(({ name }) => name === 'skein.pool.resource.active')?.points, [
        { attributes: { own: 'p', 'skein.resource.type': 'Timeout' }, value: 4 },
      ]);
      await other[Symbol.asyncDispose]();
      assert.deepEqual(other.statistics().leftRunning, {}, 'it ends with its worker');
    });

    test('a worker in which something goes on is woken while the others are busy', async () => {
      const workers = Math.min(8, Math.max(2, availableParallelism()));
      await using other = executor.newPool({
        minWorkers: workers,
        maxWorkers: workers,
        initializer: there.leaveTimer,
      });
      await other.warmUp();
      const gates = Array.from({ length: workers - 1 }, () => executor.newWords());
      const busy = gates.map((gate) => other.submit(there.waitForOpen, gate));
      await eventually(() => other.statistics().running === busy.length, 'the others are busy');
      for (let i = 0; i < 3; i++) {
        await aWhile();
        assert.equal(await other.submit(addOne, i), i + 1);
      }
      for (const gate of gates) open(gate);
      await Promise.all(busy);
    });

    test('in the place of a worker that has left something another one shows nothing', async () => {
      await using other = executor.newPool({ maxWorkers: 1 });
      await other.submit(there.leaveTimers, 5);
      await shows(other, { Timeout: 5 });
      other.terminateWorkers();
      await eventually(() => other.statistics().workers.length === 0, 'it is gone');
      assert.deepEqual(other.statistics().leftRunning, {});
      await other.warmUp();
      await shows(other, {});
    });
  });
}
