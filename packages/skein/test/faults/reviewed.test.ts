/** Faults that were found by people who tried to break it; the titles are the faults. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import {
  BrokenThreadPool,
  newEventLoop,
  setExcepthook,
  sleep,
  sleepSync,
  Thread,
  ThreadPoolExecutor,
  ValueError,
} from 'skein';
import { addOne, echo } from '../fixtures/functions.ts';
import { endOutput, leaveComputing, reportOf, throwPrivateName } from '../fixtures/hostile.ts';
import { exitInInitializer, throwBesideInitializer } from '../fixtures/initializers.ts';
import { runProgram } from '../fixtures/run-program.ts';
import { sharedWords } from '../fixtures/words.ts';

describe('a getter that submits mixed up the messages', () => {
  test('of arguments', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    pool.submit(echo, { secret: 'of another job' }).result();
    const given = {
      a: 1,
      get b(): number {
        pool.submit(echo, { inner: true });
        return 2;
      },
      c: 3,
    };
    assert.deepEqual(pool.submit(echo, given).result(), { a: 1, b: 2, c: 3 });
    const waiting = {
      get sum(): number {
        return pool.submit(addOne, 1).result();
      },
    };
    assert.deepEqual(pool.submit(echo, [waiting, 'next']).result(), [{ sum: 2 }, 'next']);
  });

  test('of results', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    assert.deepEqual(pool.submit(reportOf, pool).result(), { name: 'report', total: 42 });
  });
});

describe('an initializer that ends its thread left the tasks waiting, and started threads for ever', () => {
  for (const initializer of [exitInInitializer, throwBesideInitializer]) {
    test(initializer.name, () => {
      using pool = new ThreadPoolExecutor({ maxWorkers: 2, initializer });
      const futures = [1, 2, 3].map((x) => pool.submit(addOne, x));
      for (const future of futures) assert.throws(() => future.result(), BrokenThreadPool);
      assert.throws(() => pool.submit(addOne, 1), BrokenThreadPool);
    });
  }
});

test('a worker in which something left behind computes held up a task that another could do', () => {
  using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  for (let round = 0; round < 3; round++) {
    const words = sharedWords();
    pool.submit(leaveComputing, words).result();
    for (let i = 0; i < 20; i++) assert.equal(pool.submit(addOne, i).result(), i + 1);
    assert.equal(words[1], 0, 'what was left behind had to end first');
    Atomics.store(words, 0, 1);
  }
});

test('a task that a loop submitted at its end waited for milliseconds', () => {
  using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  const loop = newEventLoop();
  const words = sharedWords();
  pool.submit(leaveComputing, words).result();
  const future = loop.runUntilComplete(function* () {
    yield* loop.runInExecutor(pool, addOne, 1);
    return pool.submit(addOne, 2);
  });
  assert.equal(future.result(), 3);
  assert.equal(words[1], 0);
  Atomics.store(words, 0, 1);
  loop.close();
});

test('milliseconds that are no number were waited for without end', () => {
  using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const future = pool.submit(addOne, 1);
  for (const wrong of ['x', { timeout: 1 }, null] as never[]) {
    assert.throws(() => pool.submit(sleepSync, 1).result(wrong), ValueError);
    assert.throws(() => sleep(wrong), ValueError);
  }
  assert.equal(future.result(), 2);
  assert.throws(() => setExcepthook(5 as never), /takes a function or null, got 5/);
});

test('join() of a thread that has ended its stdout never came back', () => {
  const thread = new Thread({ target: endOutput });
  thread.start();
  assert.equal(thread.join(30_000), true);
});

test('an error whose name needs a private field came as a TypeError', () => {
  using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const error = pool.submit(throwPrivateName).exception() as Error;
  assert.equal(error.message, 'http 404');
  assert.equal(error.name, 'HttpError404');
});

for (const options of [[], ['--frozen-intrinsics', '--no-warnings']]) {
  const node = [...options, '--input-type=module', '--eval'];
  test(`with ${node.join(' ')} no thread could start`, async () => {
    const program = 'const { main } = await import(process.argv.at(-1)); main();';
    const module = new URL('../fixtures/programs/options.js', import.meta.url).href;
    const ended = await runProgram('', [module], { node: [...node, program] });
    assert.deepEqual([ended.code, ended.stdout], [0, '2\njoined\n'], ended.stderr);
  });
}

test('a thread that ran out of memory ended without a word', async () => {
  const { code, stderr, stdout } = await runProgram('options.js', ['memory'], {
    node: ['--max-old-space-size=40'],
  });
  assert.deepEqual([code, stdout], [0, 'joined\n']);
  assert.match(stderr, /Exception in thread eater:[\s\S]*ERR_WORKER_OUT_OF_MEMORY/);
});

test('a SharedArrayBuffer that a thread without others sent to its own loop was an InternalError', async () => {
  const { code, stdout, stderr } = await runProgram('faults.js', ['a message to itself']);
  assert.deepEqual([code, stdout], [0, '4\n2\n'], stderr);
});

test('the first function that a thread sent was undefined, and it was taken', async () => {
  const { stdout, code } = await runProgram('faults.js', ['nothing is the first function']);
  assert.deepEqual([stdout, code], ['2\n', 0]);
});

describe('a thread that Node turns', () => {
  test('went deaf after a callback had thrown what throws when it is shown', async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const first = pool.submit(addOne, 1);
    let called = false;
    first.addDoneCallback(() => {
      throw Object.defineProperty(new Error('evil'), inspect.custom, {
        value: () => assert.fail('shown'),
      });
    });
    first.addDoneCallback(() => (called = true));
    assert.equal(await first, 2);
    assert.equal(called, true);
    assert.equal(await pool.submit(addOne, 2), 3);
  });

  test('gave Node no turn while mail kept coming', async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    let jobs = 0;
    let isEnough = false;
    const idle = new Promise<void>((resolve) => {
      const again = (): void => {
        if (isEnough) return resolve();
        const until = performance.now() + 0.06; // as long as the next result takes
        while (performance.now() < until);
        jobs++;
        pool.submit(addOne, jobs).addDoneCallback(again);
      };
      for (let i = 0; i < 4; i++) again();
    });
    for (let tick = 0; tick < 20; tick++) {
      const before = jobs;
      await new Promise((resolve) => setTimeout(resolve, 1));
      assert.ok(jobs - before < 20_000, 'a timer waited until the mail had an end');
    }
    isEnough = true;
    await idle;
  });
});
