import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { types } from 'node:util';
import { Context, ContextVar, getRunningLoop, newEventLoop, run, toThread } from 'skein';
import * as there from '../fixtures/contexts.ts';
import { executors } from '../fixtures/executors.ts';
import { echo } from '../fixtures/functions.ts';

/* Context variables in other threads: toThread (rule 21, g40) and executor.with({ context }). */

const { trace, user } = there;
function contextWith(values: { readonly user?: unknown; readonly trace?: unknown }): Context {
  const context = new Context();
  context.run(() => {
    if ('user' in values) user.set(values.user);
    if ('trace' in values) trace.set(values.trace);
  });
  return context;
}

describe('toThread', () => {
  test('g40: carries the context, which runInExecutor does not (test_to_thread_contextvars)', () => {
    const seen = run(function* () {
      user.set('ann');
      const carried = yield* toThread(there.look);
      const plain = yield* getRunningLoop().runInExecutor(null, there.look);
      return [carried, plain];
    });
    assert.deepEqual(seen, [
      ['ann', 0],
      ['nobody', 0],
    ]);
  });

  test('carries it to async functions and coroutines, over all of their waits', async () => {
    await run(async () => {
      user.set('ann');
      trace.set(7n);
      assert.deepEqual(await toThread(there.lookInFunction), ['ann', 'ann', 'ann']);
      assert.deepEqual(await toThread(there.lookInCoroutine), ['ann', 7n]);
    });
  });

  test('what the function sets stays there, and the next one does not see it', () => {
    run(function* () {
      trace.set(1);
      assert.deepEqual(yield* toThread(there.change), ['changed', 1, 1]);
      assert.deepEqual([user.get(), yield* toThread(there.look)], ['nobody', ['nobody', 1]]);
    });
  });
});

for (const { name: className, newPool, what } of executors) {
  describe(`${className}.with({ context })`, () => {
    const pool = newPool({ maxWorkers: 1 });
    after(() => pool.shutdown());

    test('true is the context in which the task is submitted', () => {
      const view = pool.with({ context: true });
      const context = contextWith({ user: { name: 'ann' }, trace: undefined });
      const future = context.run(() => view.submit(there.look));
      assert.deepEqual(future.result(), [{ name: 'ann' }, undefined]);
      assert.deepEqual(view.submit(there.look).result(), ['nobody', 0]);
    });

    test('a context is what it is told, also through runInExecutor', () => {
      const view = pool.with({ context: contextWith({ user: 'ben' }) });
      const loop = newEventLoop();
      assert.deepEqual(loop.runUntilComplete(loop.runInExecutor(view, there.look)), ['ben', 0]);
      loop.close();
      assert.equal(view.submit(echo, 'an argument').result(), 'an argument');
      assert.deepEqual(view.with({ context: false }).submit(there.look).result(), ['nobody', 0]);
      assert.deepEqual(view.with({}).submit(there.look).result(), ['ben', 0]);
    });

    test('large values, values that only a port carries, and many at once', () => {
      // Only threads have memory in common.
      const shared = what === 'thread' ? new SharedArrayBuffer(8) : new ArrayBuffer(8);
      const context = contextWith({ user: 'x'.repeat(100_000), trace: shared });
      const [text, memory] = pool.with({ context }).submit(there.look).result();
      assert.equal((text as string).length, 100_000);
      assert.equal(types.isSharedArrayBuffer(memory), what === 'thread');
      const futures = Array.from({ length: 20_000 }, (_, index) =>
        pool.with({ context: contextWith({ trace: index }) }).submit(there.look),
      );
      futures.forEach((future, index) => assert.deepEqual(future.result(), ['nobody', index]));
    });

    test('goes on from thread to thread', () => {
      const context = contextWith({ user: 'ann' });
      assert.deepEqual(pool.with({ context }).submit(there.handOn).result(), ['ann', 9]);
    });

    test('a value that cannot cross is named (issue: others named in an error)', () => {
      const context = contextWith({ trace: 1, user: { socket: { on: () => {} } } });
      assert.throws(() => pool.with({ context }).submit(there.look), {
        name: 'DataCloneError',
        message:
          /^context variable 'user', property 'socket\.on': a function \(on\) cannot be sent/,
      });
      const argument = { message: /^argument 1: a symbol/ };
      const good = pool.with({ context: contextWith({ trace: 1 }) });
      assert.throws(() => good.submit(echo<unknown>, Symbol('x')), argument);
    });

    test('two variables of one name are refused, here and there', () => {
      const context = contextWith({ user: 'ann' });
      assert.throws(() => pool.with({ context }).submit(there.lookAtNamesake).result(), {
        name: 'RuntimeError',
        message: /^Two context variables of this thread are called 'user'/,
      });
      context.run(() => there.namesake.set(2));
      assert.throws(() => pool.with({ context }).submit(there.look), {
        name: 'RuntimeError',
        message: /^Two context variables called 'user' have a value/,
      });
    });

    test('shuts down the pool that it is a view of', () => {
      const other = newPool({ maxWorkers: 1 });
      const view = other.with({ context: true });
      assert.deepEqual(view.submit(there.look).result(), ['nobody', 0]);
      view.shutdown();
      assert.throws(() => view.submit(there.look), { code: 'ERR_EXECUTOR_SHUTDOWN' });
    });

    test('refuses what it does not know, and does not cross itself', () => {
      assert.throws(() => pool.with(null as never), /takes an object of options, got null/);
      assert.throws(() => pool.with({ contxt: true } as never), /was given 'contxt'/);
      assert.throws(() => pool.with({ context: 1 as never }), /takes a Context, or true/);
      assert.throws(() => pool.submit(echo, pool.with({})), /send the executor itself/);
      assert.throws(() => pool.submit(echo, new Context()), /a context cannot be sent/);
      assert.throws(() => pool.submit(echo, new ContextVar('x') as never), /context variable/);
    });
  });
}
