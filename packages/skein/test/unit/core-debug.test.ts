import assert from 'node:assert/strict';
import { setImmediate as nodeTurn } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Coroutine } from '../../dist/core/coroutine.js';
import type { EventLoop } from '../../dist/core/event-loop.js';
import { sleep } from '../../dist/core/sleep.js';
import type { Task } from '../../dist/core/task.js';
import { NodeEventLoop } from '../../dist/loops/node-event-loop.js';
import { nodeEnvironment } from '../../dist/loops/node-environment.js';
import { ScriptedSelector } from './core-scripted-selector.ts';

function* fails(): Coroutine<void> {
  throw new RangeError('lost');
}

function collect(loop: EventLoop): string[] {
  const messages: string[] = [];
  loop.setExceptionHandler((_loop, context) => messages.push(context.message));
  return messages;
}

/** A NodeEventLoop with a clock that only the test moves, and what it warns of. */
function scriptedNodeLoop(): {
  loop: NodeEventLoop;
  warnings: string[];
  advance(ms: number): void;
} {
  let now = 1000;
  const warnings: string[] = [];
  const loop = new NodeEventLoop({
    now: () => now,
    reportError: (text) => warnings.push(text),
    afterMicrotasks: (resume) => nodeEnvironment.afterMicrotasks?.(resume),
  });
  loop.setDebug(true);
  return { loop, warnings, advance: (ms) => (now += ms) };
}

describe('a blocking loop that goes idle', () => {
  test('tells at once of a failure when nothing is left that could look', () => {
    const selector = new ScriptedSelector();
    const loop = selector.newLoop();
    const messages = collect(loop);
    loop.createTask(fails());
    selector.onSelect = () => {
      if (selector.waits.at(-1) === Infinity) loop.stop();
    };
    loop.runForever();
    assert.deepEqual(messages, ['Task exception was never retrieved']);
    loop.close();
    assert.equal(messages.length, 1);
  });

  test('gives a failure five seconds while a task is pending, and sleeps no longer', () => {
    const selector = new ScriptedSelector();
    const loop = selector.newLoop();
    const messages = collect(loop);
    loop.createTask(fails());
    const task = loop.createTask(loop.createFuture());
    const seen: number[] = [];
    selector.onSelect = () => {
      seen.push(messages.length);
      if (selector.waits.at(-1) === Infinity) loop.stop();
    };
    loop.runForever();
    assert.deepEqual(selector.waits, [0, 5000, Infinity]);
    assert.deepEqual(seen, [0, 0, 1]);
    assert.deepEqual(messages, ['Task exception was not retrieved within 5000 ms']);
    task.cancel();
    loop.runUntilComplete(sleep(0));
    loop.close();
  });

  test('goes on at once with what a handler has made ready', () => {
    const selector = new ScriptedSelector();
    const loop = selector.newLoop();
    loop.setExceptionHandler(() => loop.callSoon(() => loop.stop()));
    loop.createTask(fails());
    loop.runForever();
    assert.deepEqual(selector.waits.slice(-1), [0]);
    loop.close();
  });
});

describe('a loop that Node turns', () => {
  test('tells of a failure when it is overdue', async () => {
    const loop = new NodeEventLoop();
    loop.scheduler.late.patienceMs = 1;
    const told = new Promise<string>((resolve) => {
      loop.setExceptionHandler((_loop, context) => resolve(context.message));
    });
    const keepsAlive = setInterval(() => {}, 60_000);
    loop.createTask(async () => {
      throw new RangeError('lost');
    });
    assert.equal(await told, 'Task exception was not retrieved within 1 ms');
    clearInterval(keepsAlive);
    loop.close();
  });

  test('measures an async function up to the end of its piece, in the pause of the turn', async () => {
    const { loop, warnings, advance } = scriptedNodeLoop();
    await loop.runUntilComplete(
      loop.createTask(
        async () => {
          advance(20);
          await sleep(0);
          await Promise.resolve();
          advance(150);
        },
        { name: 'slow' },
      ),
    );
    loop.close();
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? '',
      /^Executing <Task pending name="slow" .*> took 150\.0 ms\nObject/,
    );
  });

  test('is out of reach for what another loop runs (test_check_thread)', async () => {
    const { loop, warnings } = scriptedNodeLoop();
    const other = new NodeEventLoop();
    const thrown: string[] = [];
    const attempt = (call: () => unknown): void => {
      try {
        call();
        thrown.push('nothing');
      } catch (error) {
        thrown.push((error as Error).message.split(':')[0] as string);
      }
    };
    const done = loop.createFuture<void>();
    const reach = (): void => {
      attempt(() => loop.callSoon(() => {}));
      attempt(() => loop.callLater(1, () => {}).cancel());
      attempt(() => loop.callAt(1, () => {}).cancel());
      attempt(() => loop.createTask(sleep(0)));
      attempt(() => loop.callSoonThreadsafe(() => done.done() || done.setResult()));
    };
    other.callSoon(reach);
    await loop.runUntilComplete(done);
    const refusal = 'Non-thread-safe operation invoked on an event loop other than the current one';
    assert.deepEqual(thrown, [refusal, refusal, refusal, refusal, 'nothing']);
    // Not running: nothing can be disturbed. Not in debug mode: nothing is checked.
    thrown.length = 0;
    other.callSoon(reach);
    await nodeTurn();
    await nodeTurn();
    assert.deepEqual(thrown, ['nothing', 'nothing', 'nothing', 'nothing', 'nothing']);
    loop.close();
    other.close();
    assert.deepEqual(warnings, []);
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('rule 36, differs: a pending task is held by its loop alone, and by nobody when it is done', async () => {
  const loop = new ScriptedSelector().newLoop();
  const o: string[] = [];
  const begin = (): WeakRef<Task<void>> =>
    new WeakRef(
      loop.createTask(function* () {
        try {
          yield* loop.createFuture<void>();
        } finally {
          o.push('cleaned up');
        }
      }),
    );
  const task = begin();
  loop.callSoon(() => loop.stop());
  loop.runForever();
  await nodeTurn(); // until then a WeakRef holds what it was made of
  collectGarbage();
  assert.equal(loop.scheduler.tasks.isEmpty, false);
  assert.equal(task.deref()?.cancel(), true);
  loop.runUntilComplete(sleep(0));
  assert.deepEqual(o, ['cleaned up']);
  await nodeTurn();
  collectGarbage();
  assert.equal(task.deref(), undefined);
  loop.close();
});
