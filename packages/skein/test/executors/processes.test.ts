/** What is particular to a pool of processes: how one dies, what cannot cross to it, what it leaves. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import {
  BrokenExecutor,
  BrokenProcessPool,
  CancelledError,
  DataCloneError,
  inline,
  newEventLoop,
  ProcessPoolExecutor,
  ThreadPoolExecutor,
  TimeoutError,
  transfer,
} from 'skein';
import { FileWords } from '../fixtures/file-words.ts';
import { addOne, echo } from '../fixtures/functions.ts';
import { failureOf } from '../fixtures/failures.ts';
import * as there from '../fixtures/in-processes.ts';
import { exitInInitializer, throwBesideInitializer } from '../fixtures/initializers.ts';
import { keep } from '../fixtures/lives.ts';
import { runProgram } from '../fixtures/run-program.ts';
import { eventually, waitUntil, wordAt } from '../fixtures/words.ts';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const inPool = async (
  options: object,
  use: (pool: ProcessPoolExecutor) => unknown,
): Promise<void> => {
  await using pool = new ProcessPoolExecutor({ maxWorkers: 1, ...options });
  await use(pool);
};

describe('a task that brings its process down fails alone, and is told how', () => {
  const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
  after(() => pool[Symbol.asyncDispose]());

  const ways: readonly (readonly [how: string, message: RegExp])[] = [
    ['abort', /'end' did not finish: its process was killed by signal SIGABRT.*process\.abort\(\)/],
    ['SIGSEGV', /'end' did not finish: its process was killed by signal SIGSEGV.*native code/],
    ['SIGKILL', /'end' did not finish: its process was killed by signal SIGKILL.*killWorkers/],
    ['SIGTERM', /'end' did not finish: its process was killed by signal SIGTERM/],
    ['exit', /'end' did not finish: it ended its process by process\.exit\(7\)/],
    ['reallyExit', /'end' did not finish: its process ended with exit code 9/],
  ];
  for (const [how, message] of ways) {
    test(how, async () => {
      const words = new FileWords();
      const beside = pool.submit(there.waitWith, words, 300);
      waitUntil(words, 0, 1);
      const fatal = pool.submit(there.end, how);
      const behind = Array.from({ length: 5 }, (_, i) => pool.submit(addOne, i));
      const error = await failureOf(fatal);
      assert.ok(error instanceof BrokenProcessPool && error instanceof BrokenExecutor);
      assert.equal(error.code, 'ERR_BROKEN_PROCESS_POOL');
      assert.match(error.message, message);
      assert.deepEqual(await Promise.all(behind), [1, 2, 3, 4, 5]);
      assert.equal(typeof (await beside), 'number');
    });
  }

  test('with the name that it was given, and to those who block', () => {
    const error = pool.with({ name: 'invoice 7' }).submit(there.end, 'SIGSEGV').exception();
    assert.match(String(error), /^BrokenProcessPool: The task 'invoice 7' did not finish/);
  });

  test('an error outside of the task: it is the cause', async () => {
    const error = await failureOf(pool.submit(there.throwBeside));
    assert.match(error.message, /an error was thrown in its process outside of the task/);
    assert.ok(error.cause instanceof RangeError);
    assert.equal(error.cause.message, 'beside');
  });

  test('no memory is left', () =>
    inPool({ execArgv: ['--max-old-space-size=20'] }, async (small) => {
      assert.match((await failureOf(small.submit(keep, 200))).message, /SIGABRT.*out of memory/);
      assert.equal(await small.submit(addOne, 1), 2);
    }));

  test('it is done again where it was told to', () =>
    inPool({}, async (single) => {
      const error = await failureOf(single.with({ retries: 1 }).submit(there.end, 'SIGSEGV'));
      assert.ok(error instanceof BrokenProcessPool);
    }));

  test('one that has nothing to do dies: nobody hears of it', () =>
    inPool({}, async (single) => {
      const pid = await single.submit(there.endSoon, 1);
      await eventually(() => !isAlive(pid), 'the process has ended');
      assert.notEqual(await single.submit(there.pidOf), pid);
    }));

  test('those beside it in the same process fail with it', () =>
    inPool({ concurrencyPerWorker: 2 }, async (single) => {
      const words = new FileWords();
      const beside = single.submit(there.waitWith, words, 60_000);
      waitUntil(words, 0, 1);
      for (const each of [single.submit(there.end, 'SIGSEGV'), beside]) {
        assert.match((await failureOf(each)).message, /SIGSEGV/);
      }
      assert.equal(await single.submit(addOne, 1), 2);
    }));

  for (const initializer of [exitInInitializer, throwBesideInitializer]) {
    test(`in the initializer, ${initializer.name}: the pool is broken`, () =>
      inPool({ initializer }, async (broken) => {
        const error = await failureOf(broken.submit(addOne, 1));
        assert.ok(error instanceof BrokenProcessPool);
        assert.match(error.message, /the initializer failed in a process of the pool/);
        assert.throws(() => broken.submit(addOne, 1), BrokenProcessPool);
      }));
  }

  test('in the initializer, by a signal: the cause says which', () =>
    inPool({ initializer: there.end, initargs: ['SIGSEGV'] }, async (broken) => {
      const { cause } = await failureOf(broken.submit(addOne, 1));
      assert.match(String(cause), /^BrokenProcessPool: .* was killed by signal SIGSEGV/);
    }));

  test('what cannot be started breaks the pool', () =>
    inPool({ execArgv: ['--no-such-option'] }, async (broken) => {
      assert.ok((await failureOf(broken.submit(addOne, 1))) instanceof BrokenProcessPool);
    }));

  test('and warmUp() fails, though there is no work', () =>
    inPool({ execArgv: ['--no-such-option'] }, async (broken) => {
      assert.ok((await failureOf(broken.warmUp())) instanceof BrokenProcessPool);
    }));
});

describe('processes that are ended from outside', () => {
  for (const [how, signal] of [
    ['killWorkers', 'SIGKILL'],
    ['terminateWorkers', 'SIGTERM'],
  ] as const) {
    test(`${how}(): what runs fails, what is queued is done by new ones`, () =>
      inPool({ maxWorkers: 2 }, async (pool) => {
        const words = [new FileWords(), new FileWords()];
        const running = words.map((each) => pool.submit(there.computeWith, each));
        for (const each of words) waitUntil(each, 0, 1);
        const queued = Array.from({ length: 10 }, () => pool.submit(there.pidOf));
        pool[how]();
        for (const each of running) {
          const { message } = await failureOf(each);
          assert.match(message, new RegExp(`killed by signal ${signal}`));
        }
        const pids = new Set(await Promise.all(queued));
        for (const each of words) assert.equal(pids.has(wordAt(each, 1)), false);
      }));
  }

  test('terminateWorkers(): a task may take it for a wish', () =>
    inPool({}, async (pool) => {
      const words = new FileWords();
      const future = pool.submit(there.outlive, words);
      waitUntil(words, 0, 1);
      pool.terminateWorkers();
      assert.equal(await future, 'still here');
    }));

  test('before there are any, and while they come up: the pool goes on', () =>
    inPool({ maxWorkers: 2, initializer: addOne, initargs: [1] }, async (pool) => {
      pool.killWorkers();
      const futures = Array.from({ length: 20 }, (_, i) => pool.submit(addOne, i));
      for (let times = 0; times < 20; times++) {
        pool.killWorkers();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const settled = await Promise.allSettled(futures);
      for (const each of settled) {
        if (each.status === 'rejected') assert.ok(each.reason instanceof BrokenProcessPool);
      }
      assert.equal(await pool.submit(addOne, 1), 2);
    }));
});

describe('the life of a process', () => {
  test('it is replaced after maxTasksPerChild tasks, none is lost', () =>
    inPool({ maxTasksPerChild: 3 }, async (pool) => {
      const pids = await Promise.all(Array.from({ length: 9 }, () => pool.submit(there.pidOf)));
      const runs = pids.filter((pid, i) => pid !== pids[i - 1]).length;
      assert.deepEqual([new Set(pids).size, runs], [3, 3]);
    }));

  test('it is replaced when its heap is larger than maxHeapPerWorker', () =>
    inPool({ maxHeapPerWorker: 30 }, async (pool) => {
      const pid = await pool.submit(there.pidOf);
      await pool.submit(keep, 40);
      await eventually(() => !isAlive(pid), 'the process has ended');
      assert.notEqual(await pool.submit(there.pidOf), pid);
    }));

  test('it ends when it had nothing to do for idleTimeout', () =>
    inPool({ idleTimeout: 20 }, async (pool) => {
      const pid = await pool.submit(there.pidOf);
      await eventually(() => !isAlive(pid), 'the process has ended');
      assert.equal(await pool.submit(addOne, 1), 2);
    }));

  test('resize() to fewer: the others end', () =>
    inPool({ minWorkers: 2, maxWorkers: 2 }, async (pool) => {
      await pool.warmUp();
      const pids = await pool.runOnAll(there.pidOf);
      assert.equal(new Set(pids).size, 2);
      pool.resize({ minWorkers: 1, maxWorkers: 1 });
      await eventually(() => pids.filter(isAlive).length === 1, 'one has ended');
    }));

  test('warmUp() waits until they are up, runOnAll() calls in each, beside its tasks', () =>
    inPool({ maxWorkers: 2 }, async (pool) => {
      await pool.warmUp();
      const pids = await pool.runOnAll(there.set, 'loud');
      assert.equal(new Set(pids).size, 2);
      assert.deepEqual(await pool.runOnAll(there.settingHere), ['loud', 'loud']);
      assert.equal(await pool.submit(there.settingHere), 'loud');
      const { errors } = (await failureOf(pool.runOnAll(there.giveShared))) as AggregateError;
      for (const { message } of errors as Error[]) {
        assert.match(message, /the result, property 'deep\[0\]': a SharedArrayBuffer cannot be/);
      }
      const refused = (): unknown => pool.runOnAll(echo, new SharedArrayBuffer(8));
      assert.throws(refused, /argument 1: a SharedArrayBuffer/);
    }));

  test('shutdown() ends them all', async () => {
    const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
    await pool.warmUp();
    const pids = await pool.runOnAll(there.pidOf);
    pool.shutdown();
    assert.deepEqual(pids.map(isAlive), [false, false]);
  });
});

describe('what a task finds in its process', () => {
  test('it is not the main thread of the program, and is called like its worker', () =>
    inPool({}, async (pool) => {
      const { isMainThread, isMainThreadOfNode, threadName, cwd } = (await pool.submit(
        there.surroundings,
      )) as Record<string, unknown>;
      assert.deepEqual([isMainThread, isMainThreadOfNode], [false, false]);
      assert.match(String(threadName), /^ProcessPoolExecutor-\d+_0$/);
      assert.equal(cwd, process.cwd());
    }));

  test('cwd, env and execArgv are what it was given', async () => {
    const cwd = realpathSync(tmpdir());
    const env = { ...process.env, GREETING: 'hello' };
    await inPool({ cwd, env, execArgv: ['--max-old-space-size=99'] }, async (pool) => {
      const found = (await pool.submit(there.surroundings)) as Record<string, unknown>;
      assert.deepEqual([found['cwd'], found['greeting']], [cwd, 'hello']);
      assert.deepEqual(found['heapLimit'], ['--max-old-space-size=99']);
    });
  });

  test('a function that crosses by its text', () =>
    inPool({}, async (pool) => {
      const twice = inline((x: number) => 2 * x);
      assert.deepEqual([await pool.submit(twice, 21), await pool.submit(twice, 4)], [42, 8]);
      const mapped: number[] = [];
      for await (const each of pool.map(twice, [1, 2, 3], { chunkSize: 2 })) mapped.push(each);
      assert.deepEqual(mapped, [2, 4, 6]);
    }));

  test('threads of its own', () =>
    inPool({}, async (pool) => assert.equal(await pool.submit(there.inThreadOfChild, 1), 2)));
});

describe('what cannot cross to another process is refused at submit', () => {
  const pool = new ProcessPoolExecutor({ maxWorkers: 1 });
  const threads = new ThreadPoolExecutor({ maxWorkers: 1 });
  const loop = newEventLoop();
  after(async () => {
    loop.close();
    await threads[Symbol.asyncDispose]();
    await pool[Symbol.asyncDispose]();
  });
  const send = echo as (...args: unknown[]) => unknown;

  const bad: readonly (readonly [string, unknown, RegExp])[] = [
    [
      'a SharedArrayBuffer',
      { a: [new SharedArrayBuffer(8)] },
      /^argument 1, property 'a\[0\]': a SharedArrayBuffer cannot be sent to another process; .* copy/,
    ],
    [
      'what shows some',
      new Int32Array(new SharedArrayBuffer(8)),
      /^argument 1: an Int32Array over a SharedArrayBuffer cannot be sent to another process/,
    ],
    [
      'the pool itself',
      pool,
      /^argument 1: a ProcessPoolExecutor cannot be sent to another process/,
    ],
    [
      'a pool of threads',
      { deep: [threads] },
      /^argument 1, property 'deep\[0\]': a ThreadPoolExecutor cannot be sent to another process; only threads/,
    ],
    ['a loop', loop.remote(), /^argument 1: a \w+ cannot be sent to another process; only threads/],
    [
      'a Blob',
      new Blob(['a']),
      /^argument 1: a Blob cannot be sent to another process; only threads/,
    ],
    [
      'a port',
      new MessageChannel().port1,
      /^argument 1: a MessagePort cannot be sent to another process/,
    ],
  ];
  for (const [name, value, message] of bad) {
    test(name, async () => {
      assert.throws(() => pool.submit(send, value), DataCloneError);
      assert.throws(() => pool.submit(send, value), { message });
      assert.throws(() => pool.map(send, [value]), DataCloneError);
      const initargs = [value] as const;
      const make = (): unknown => new ProcessPoolExecutor({ initializer: send, initargs });
      assert.throws(make, { message: /^initializer argument 1/ });
      assert.equal(await pool.submit(addOne, 1), 2);
    });
  }

  test('a port that is to be moved', () => {
    const { port1 } = new MessageChannel();
    assert.throws(() => pool.submit(send, transfer({ port1 }, [port1 as never])), {
      message: /a MessagePort cannot be transferred; memory can be moved to another process/,
    });
    port1.close();
  });

  for (const fn of [there.giveShared, there.givePool]) {
    test(`as the result of ${fn.name}: its task fails`, async () => {
      const error = await failureOf(pool.submit(fn));
      assert.ok(error instanceof DataCloneError);
      assert.match(error.message, /^the result.* cannot be sent to another process/);
      assert.equal(await pool.submit(addOne, 1), 2);
    });
  }

  test('but what describes itself by plain data crosses, there and back', async () => {
    const words = new FileWords();
    const back = await pool.submit(echo<unknown>, [words, { deep: new Map([['k', words]]) }]);
    const [first, { deep }] = back as [FileWords, { deep: Map<string, FileWords> }];
    assert.ok(first instanceof FileWords);
    assert.equal(first.path, words.path);
    assert.equal(deep.get('k'), first);
  });

  for (const length of [10, 3_000_000]) {
    test(`${length} bytes that are moved are gone here, and there`, async () => {
      const bytes = new Uint8Array(length).fill(7);
      const back = await pool.submit(echo<Uint8Array>, transfer(bytes, [bytes.buffer]));
      assert.deepEqual([bytes.length, back.length, back.at(-1)], [0, length, 7]);
    });
  }
});

describe('tasks that shall end', () => {
  test('one that never looks: its process is killed, and only that', () =>
    inPool({ maxWorkers: 2 }, async (pool) => {
      const words = [new FileWords(), new FileWords()];
      const patient = pool.submit(there.computeUntilAsked, words[0]!);
      waitUntil(words[0]!, 0, 1);
      const limited = pool.with({ timeout: 200, grace: 20 });
      const error = await failureOf(limited.submit(there.computeWith, words[1]!));
      assert.ok(error instanceof TimeoutError);
      assert.match(error.message, /so its process was ended, and the pool has replaced that/);
      const pid = wordAt(words[1]!, 1);
      await eventually(() => pid === 0 || !isAlive(pid), 'the process has ended');
      assert.equal(patient.running(), true);
      assert.equal(patient.cancel(), false);
      assert.equal(typeof (await patient), 'number');
    }));

  test('cancelled first, then aborted: it is killed after its grace', () =>
    inPool({}, async (pool) => {
      const words = new FileWords();
      const controller = new AbortController();
      const { signal } = controller;
      const future = pool.with({ signal, grace: 10 }).submit(there.computeWith, words);
      waitUntil(words, 0, 1);
      future.cancel();
      controller.abort(new RangeError('enough'));
      assert.equal((await failureOf(future)).message, 'enough');
      await eventually(() => !isAlive(wordAt(words, 1)), 'the process has ended');
    }));

  test('one beside others is given up, and they go on; it is replaced then', () =>
    inPool({ concurrencyPerWorker: 3 }, async (pool) => {
      const words = new FileWords();
      const beside = pool.submit(there.waitWith, words, 1000);
      waitUntil(words, 0, 1);
      const hanging = pool.with({ timeout: 300, grace: 10 }).submit(there.outlive, words);
      assert.ok((await failureOf(hanging)) instanceof TimeoutError);
      assert.notEqual(await pool.submit(there.pidOf), await beside);
    }));

  test('one that computes takes those beside it down, and each is told', () =>
    inPool({ concurrencyPerWorker: 3 }, async (pool) => {
      const words = [new FileWords(), new FileWords()];
      const beside = pool.submit(there.waitWith, words[0]!, 60_000);
      waitUntil(words[0]!, 0, 1);
      const limited = pool.with({ timeout: 20, grace: 0 });
      assert.ok(
        (await failureOf(limited.submit(there.computeWith, words[1]!))) instanceof TimeoutError,
      );
      const error = await failureOf(beside);
      assert.ok(error instanceof BrokenProcessPool);
      assert.match(error.message, /its process was ended, since a task beside it did not end/);
      assert.equal(await pool.submit(addOne, 1), 2);
    }));

  test('one that was sent behind one that computes, and cancelled before it began', () =>
    inPool({ concurrencyPerWorker: 2 }, async (pool) => {
      const words = [new FileWords(), new FileWords()];
      const first = pool.submit(there.computeUntilAsked, words[0]!);
      waitUntil(words[0]!, 0, 1);
      const second = pool.submit(there.computeUntilAsked, words[1]!);
      await eventually(() => second.running(), 'a worker has it');
      second.cancel();
      await new Promise((resolve) => setTimeout(resolve, 50)); // the first looks meanwhile
      first.cancel();
      assert.equal(await second, await first);
    }));

  test('one that blocks in a loop of its own hears of it', () =>
    inPool({}, async (pool) => {
      const { sleepInCoroutine, Came } = await import('../fixtures/limited.ts');
      const words = new FileWords();
      const future = pool.submit(sleepInCoroutine, words);
      waitUntil(words, 0, Came.begun);
      future.cancel();
      await assert.rejects(Promise.resolve(future), CancelledError);
    }));
});

describe('who may submit', () => {
  test('tasks of a pool of threads, by the same executor', () =>
    inPool({}, async (pool) => {
      using threads = new ThreadPoolExecutor({ maxWorkers: 2 });
      const futures = [1, 2, 3].map(() => threads.submit(there.askPool, pool));
      const pids = await Promise.all(futures);
      assert.deepEqual(new Set(pids), new Set([await pool.submit(there.pidOf)]));
    }));

  test('a Worker of the program, whose loop Node turns', async () => {
    const worker = new Worker(new URL('../fixtures/worker-with-processes.js', import.meta.url));
    const [told] = (await once(worker, 'message')) as unknown[];
    assert.deepEqual(told, [2, 'BrokenProcessPool', 3]);
    await once(worker, 'exit');
  });
});

describe('what a program leaves', () => {
  const noChild = async (lines: readonly string[]): Promise<void> => {
    const pid = Number(lines[0]);
    assert.ok(pid > 0, lines.join('\n'));
    await eventually(() => !isAlive(pid), `the child ${pid} has ended`);
  };
  const ways: readonly (readonly [string, number | null])[] = [
    ['comes to its end', 0],
    ['is left with a child in a busy loop', 3],
    ['throws', 1],
    ['is killed', null],
    ['leaves a child behind that ends itself', 0],
  ];
  for (const [way, code] of ways) {
    test(`no child, when it ${way}`, async () => {
      const ended = await runProgram('with-children.js', [way]);
      assert.equal(ended.code, code, ended.stderr);
      await noChild(ended.lines);
    });
  }

  test('a function of the main module is found; the program does not run again', async () => {
    const { lines, code, stderr } = await runProgram('with-children.js', ['is its own module']);
    assert.deepEqual([lines, code], [['42'], 0], stderr);
  });

  test('what a task prints is out before its result is', async () => {
    const { lines, stderr } = await runProgram('with-children.js', ['prints']);
    assert.deepEqual(lines, ['a 1', 'a 2', 'a 3', 'b 1', 'b 2', 'b 3'], stderr);
  });
});

describe('options that make no sense', () => {
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ maxTasksPerChild: 0 }, /maxTasksPerChild takes a whole number ≥ 1, or Infinity, got 0/],
    [{ maxTasksPerWorker: 1 }, /maxTasksPerWorker, which is for threads\. It is maxTasksPerChild/],
    [{ resourceLimits: {} }, /resourceLimits, which is for threads\. Write execArgv/],
    [{ threadNamePrefix: 'x' }, /threadNamePrefix, which is for threads/],
    [{ env: 5 }, /env takes an object, got 5/],
    [{ cwd: '/no/such/folder' }, /cwd takes the path of a folder that is there, got '\/no/],
    [{ execArgv: '--x' }, /execArgv takes an array of strings, got '--x'/],
    [{ maxWorkers: 0 }, /maxWorkers takes a whole number ≥ 1, got 0/],
    [
      { maxProcesses: 4 },
      /new ProcessPoolExecutor\(\) knows the options maxWorkers, .*execArgv, and/,
    ],
  ];
  for (const [options, message] of wrong) {
    test(JSON.stringify(options), () => {
      assert.throws(() => new ProcessPoolExecutor(options), message);
    });
  }
  for (const options of [null, 4] as never[]) {
    test(String(options), () => {
      assert.throws(() => new ProcessPoolExecutor(options), /takes an object of options, got/);
    });
  }
});
