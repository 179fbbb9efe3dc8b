/** What is moved from thread to thread instead of copied, in both directions. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, describe, test } from 'node:test';
import * as workerThreads from 'node:worker_threads';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import {
  DataCloneError,
  getRunningLoop,
  run,
  sleep,
  Thread,
  ThreadPoolExecutor,
  transfer,
  ValueError,
} from 'skein';
import { echo } from '../fixtures/functions.ts';
import {
  answer,
  block,
  bytesOf,
  die,
  giveAway,
  giveAwayLater,
  giveAwaySlowly,
  giveFixed,
  giveWrong,
  handOn,
  isBuffer,
  lengthOfKept,
  lookAt,
  lookInto,
  portOf,
  submitAndDie,
  tellLength,
} from '../fixtures/moving.ts';

const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
after(() => pool[Symbol.asyncDispose]());

/** The other end was closed. A port that listens keeps the thread alive. */
const closedOf = (port: MessagePort): Promise<unknown> =>
  once(
    port.on('message', () => {}),
    'close',
  );

/** Copied and detached below 512 KiB, handed on above: nobody can tell. */
const lengths = [10, 100_000, 3_000_000];

for (const length of lengths) {
  describe(`${length} bytes`, () => {
    test('an argument that is marked is moved', () => {
      const bytes = bytesOf(length);
      const seen = pool.submit(lookAt, transfer(bytes, [bytes.buffer])).result();
      assert.deepEqual(seen, [length, 7, 9]);
      assert.equal(bytes.length, 0);
    });

    test('what the option names is moved', () => {
      const bytes = bytesOf(length);
      const seen = pool.with({ transfer: [bytes.buffer], name: 'moved' }).submit(lookAt, bytes);
      assert.equal(bytes.length, 0);
      assert.deepEqual(seen.result(), [length, 7, 9]);
    });

    test('a mark deep inside of an argument counts', () => {
      const bytes = bytesOf(length);
      const deep = {
        deep: [{ bytes: transfer(bytes, [bytes.buffer]) }] as [{ bytes: Uint8Array }],
      };
      assert.deepEqual(pool.submit(lookInto, deep).result(), [length, 7, 9]);
      assert.equal(bytes.length, 0);
    });

    test('a Buffer arrives as a Buffer', () => {
      const bytes = Buffer.from(bytesOf(length).buffer, 0, length - 1);
      const { buffer } = bytes;
      assert.equal(
        pool.submit(isBuffer, transfer(bytes, [buffer])).result(),
        `true ${length - 1} 7`,
      );
      assert.equal(buffer.byteLength, 0);
    });

    test('a result is moved, whatever kind of function gives it', async () => {
      assert.deepEqual(lookAt(pool.submit(giveAway, length).result()), [length, 7, 9]);
      assert.equal(pool.submit(lengthOfKept).result(), 0);
      assert.deepEqual(lookAt((await pool.submit(giveAwayLater, length)).bytes), [length, 7, 9]);
      assert.equal(await pool.submit(lengthOfKept), 0);
      assert.deepEqual(lookAt(await pool.submit(giveAwaySlowly, length)), [length, 7, 9]);
      assert.equal(await pool.submit(lengthOfKept), 0);
    });

    test('a task hands on what it was given', () => {
      const other = new ThreadPoolExecutor({ maxWorkers: 1 });
      const bytes = bytesOf(length);
      const seen = pool.submit(handOn, other, transfer(bytes, [bytes.buffer])).result();
      assert.deepEqual(seen, [[length, 7, 9], 0]);
      other.shutdown();
    });

    test('a Thread and a call into a loop take what is moved, too', async () => {
      const bytes = bytesOf(length);
      const seen = new SharedArrayBuffer(4);
      const thread = new Thread({
        target: tellLength,
        args: [transfer(bytes, [bytes.buffer]), seen],
      });
      thread.start();
      thread.join();
      assert.deepEqual([bytes.length, new Int32Array(seen)[0]], [0, length]);
      const again = bytesOf(length);
      await run(async () => {
        const call = transfer(again, [again.buffer]);
        getRunningLoop().remote().callSoonThreadsafe(tellLength, call, seen);
        assert.equal(again.length, 0);
        Atomics.store(new Int32Array(seen), 0, 0);
        while (Atomics.load(new Int32Array(seen), 0) === 0) await sleep(1);
      });
      assert.equal(new Int32Array(seen)[0], length);
    });
  });
}

test('transfer() gives the value itself: a function that ends in it can be called anywhere', () => {
  assert.deepEqual(lookAt(giveAway(10)), [10, 7, 9]);
});

test('a mark holds for one message, and can be taken off', () => {
  const bytes = bytesOf(10);
  transfer(bytes, [bytes.buffer]);
  transfer(bytes, []);
  assert.deepEqual(pool.submit(lookAt, bytes).result(), [10, 7, 9]);
  assert.equal(bytes.length, 10);
});

test('one memory may be named by several marks', () => {
  const memory = new ArrayBuffer(16);
  const [a, b] = [new Uint8Array(memory, 0, 8), new Uint8Array(memory, 8)];
  const both = [transfer(a, [memory]), transfer(b, [memory])];
  const [x, y] = pool.submit(echo<Uint8Array[]>, both).result() as [Uint8Array, Uint8Array];
  assert.deepEqual([x.length, y.byteOffset, x.buffer === y.buffer], [8, 8, true]);
  assert.equal(memory.byteLength, 0);
});

test('ports move, there and back', async () => {
  const { port1, port2 } = new MessageChannel();
  const future = pool.submit(answer, transfer(port2, [port2]));
  assert.deepEqual(await once(port1, 'message'), ['here']);
  port1.postMessage('hello');
  assert.deepEqual(await once(port1, 'message'), ['heard hello']);
  await future;
  const { port } = await pool.submit(portOf);
  assert.deepEqual(await once(port, 'message'), ['from there']);
  port.close();
});

test('while the queue is full, what was moved waits here', async () => {
  const gate = new SharedArrayBuffer(4);
  const narrow = new ThreadPoolExecutor({ maxWorkers: 1 });
  const first = narrow.submit(block, gate);
  const many = Array.from({ length: 6000 }, () => narrow.submit(echo, 1));
  const large = bytesOf(700_000);
  const moved = narrow.submit(lookAt, transfer(large, [large.buffer]));
  const { port1, port2 } = new MessageChannel();
  const cancelled = narrow.submit(answer, transfer(port2, [port2]));
  const closed = closedOf(port1);
  assert.equal(cancelled.cancel(), true);
  assert.equal(large.length, 0);
  Atomics.store(new Int32Array(gate), 0, 1);
  Atomics.notify(new Int32Array(gate), 0);
  await Promise.all([first, ...many]);
  assert.deepEqual(await moved, [700_000, 7, 9]);
  await closed;
  await narrow[Symbol.asyncDispose]();
});

describe('what was moved and never arrives is given up', () => {
  const gate = new SharedArrayBuffer(4);
  const busy = (): ThreadPoolExecutor => {
    Atomics.store(new Int32Array(gate), 0, 0);
    const narrow = new ThreadPoolExecutor({ maxWorkers: 1 });
    narrow.submit(block, gate);
    return narrow;
  };
  const open = (): void => {
    Atomics.store(new Int32Array(gate), 0, 1);
    Atomics.notify(new Int32Array(gate), 0);
  };

  test('when a queued task is cancelled', async () => {
    const narrow = busy();
    const { port1, port2 } = new MessageChannel();
    const closed = closedOf(port1);
    const future = narrow.submit(answer, transfer(port2, [port2]));
    assert.equal(future.cancel(), true);
    open();
    await closed;
    await narrow[Symbol.asyncDispose]();
  });

  test('when the pool is shut down', async () => {
    const narrow = busy();
    const { port1, port2 } = new MessageChannel();
    const closed = closedOf(port1);
    const future = narrow.submit(answer, transfer(port2, [port2]));
    narrow.shutdown({ wait: false, cancelFutures: true });
    await assert.rejects(async () => await future);
    await closed;
    open();
  });

  test('when the thread that has it dies', async () => {
    const { port1, port2 } = new MessageChannel();
    const closed = closedOf(port1);
    await assert.rejects(async () => await pool.submit(die, transfer(port2, [port2])));
    await closed;
  });

  test('when the threads end before they have begun it, and the one that sent it is dead', async () => {
    const narrow = busy();
    const { port1, port2 } = new MessageChannel();
    const closed = closedOf(port1);
    const thread = new Thread({ target: submitAndDie, args: [narrow, transfer(port2, [port2])] });
    thread.start();
    thread.join();
    narrow.shutdown({ wait: false, cancelFutures: true });
    open();
    await closed;
  });
});

describe('what cannot be moved is refused, and nothing is taken away', () => {
  const bytes = bytesOf(700_000);
  const memory = bytes.buffer;
  const gone = new ArrayBuffer(8);
  structuredClone(gone, { transfer: [gone] });
  const shared = new SharedArrayBuffer(8);
  const refused: readonly (readonly [string, unknown, readonly unknown[], RegExp])[] = [
    ['a view', bytes, [bytes], /list of argument 1, element 0: a Uint8Array .*: its \.buffer/],
    ['shared memory', shared, [shared], /element 0: a SharedArrayBuffer of 8 bytes cannot be/],
    ['a value', bytes, [memory, 5], /element 1: 5 cannot be transferred/],
    ['an object', bytes, [{}], /element 0: an Object cannot be transferred; of its kind/],
    ['what is gone', { gone }, [gone], /element 0: an ArrayBuffer of 0 bytes .* has gone/],
    ['the same twice', bytes, [memory, memory], /element 1: .* in the list twice/],
    [
      'what is not sent',
      bytes,
      [new ArrayBuffer(9)],
      /an ArrayBuffer of 9 bytes .* not part of what/,
    ],
  ];
  for (const [title, value, list, message] of refused) {
    test(title, () => {
      const given = (): unknown =>
        pool.submit(echo, transfer(value as object, list as ArrayBuffer[]));
      assert.throws(given, (error) => {
        assert(error instanceof DataCloneError);
        assert.match(error.message, message);
        return true;
      });
      transfer(value as object, []);
      assert.equal(bytes.length, 700_000);
      const named = pool.with({ transfer: list as ArrayBuffer[] });
      assert.throws(
        () => named.submit(echo, value),
        /^DataCloneError.*: the option 'transfer', element/,
      );
    });
  }

  for (const length of [10, 700_000]) {
    test(`another argument cannot cross, beside ${length} bytes`, () => {
      const { port1, port2 } = new MessageChannel();
      const beside = bytesOf(length);
      const moved = transfer({ beside, port2 }, [beside.buffer, port2]);
      const twice = transfer(beside, [beside.buffer]);
      const call = echo as (...args: unknown[]) => unknown;
      assert.throws(() => pool.submit(call, moved, { f: echo }), /argument 2, property 'f'/);
      assert.throws(() => pool.submit(call, twice, { f: echo }), /argument 2, property 'f'/);
      assert.throws(() => pool.submit(call, twice, pool.with({})), /argument 2: a view of an ex/);
      assert.equal(beside.length, length);
      port1.close();
    });
  }

  test('what Node keeps is refused, or copied where Node does not tell', () => {
    const small = Buffer.from('abc');
    const moved = transfer(small, [small.buffer as ArrayBuffer]);
    if ('isMarkedAsUntransferable' in workerThreads) {
      assert.throws(() => pool.submit(isBuffer, moved), /argument 1, element 0: .* Node keeps it/);
    } else {
      assert.equal(pool.submit(isBuffer, moved).result(), 'true 3 97');
    }
    assert.equal(small.toString(), 'abc');
  });

  test('together with retries', () => {
    const given = transfer(bytesOf(8), []);
    const tries = pool.with({ retries: 2, transfer: [given.buffer] });
    assert.throws(() => tries.submit(lookAt, given), ValueError);
    assert.equal(given.length, 8);
    assert.deepEqual(pool.with({ retries: 2, transfer: [] }).submit(lookAt, given).result()[0], 8);
  });

  test('a pool that takes nothing any more', () => {
    const over = new ThreadPoolExecutor();
    over.shutdown();
    const kept = bytesOf(8);
    assert.throws(() => over.submit(lookAt, transfer(kept, [kept.buffer])), /after shutdown/);
    assert.equal(kept.length, 8);
  });

  test('what is no list, and what can hold nothing', () => {
    assert.throws(() => transfer(bytes, memory as never), /takes an array of what is moved/);
    assert.throws(
      () => transfer(5, [memory]),
      /takes an object that holds what the list names, got 5/,
    );
    assert.throws(() => pool.with({ transfer: memory as never }), /'transfer' takes an array/);
  });

  test("WebAssembly's memory, again and again", async () => {
    const isRefused = 'isMarkedAsUntransferable' in workerThreads;
    for (let i = 0; i < 50; i++) {
      const given = async (): Promise<unknown> => lookAt(await pool.submit(giveFixed));
      if (isRefused) await assert.rejects(given, /in a transfer list cannot be transferred/);
      else assert.deepEqual(await given(), [262_144, 7, 7]);
    }
  });

  test('a result', async () => {
    await assert.rejects(async () => await pool.submit(giveWrong), /transfer list of the result/);
  });
});
