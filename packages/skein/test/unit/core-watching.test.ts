import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Coroutine } from '../../dist/core/coroutine.js';
import { addInstrument, type Instrument, removeInstrument } from '../../dist/core/instruments.js';
import { joinStacks } from '../../dist/core/joined-stacks.js';
import { sleep } from '../../dist/core/sleep.js';
import { VirtualTimeLoop } from '../../dist/testing/virtual-time-loop.js';

describe('instruments', () => {
  test('hear of everything, in order, and of nothing after their removal', () => {
    const loop = new VirtualTimeLoop();
    const o: string[] = [];
    const instrument: Instrument = {
      taskCreated: (task) => o.push(`created ${task.getName()}`),
      stepBegan: (task) => o.push(`${task.getName()} begins`),
      stepEnded: (task) => o.push(`${task.getName()} ends`),
      waitsFor: (task, future) => o.push(`${task.getName()} waits for ${future ?? 'its turn'}`),
      woken: (task) => o.push(`${task.getName()} is woken`),
      taskDone: (task) => o.push(`${task.getName()} is done`),
      loopIdle: (_loop, timeoutMs) => o.push(`idle ${timeoutMs}`),
      loopBusy: () => o.push('busy'),
    };
    addInstrument(instrument);
    loop.runUntilComplete(
      loop.createTask(
        function* () {
          yield* sleep(0);
          yield* sleep(5);
        },
        { name: 'A' },
      ),
    );
    removeInstrument(instrument);
    loop.runUntilComplete(sleep(0));
    assert.deepEqual(o, [
      'created A',
      'A begins',
      'A ends',
      'A waits for its turn',
      'A begins',
      'A ends',
      'A waits for <Future pending>',
      'idle 5',
      'busy',
      'A is woken',
      'A begins',
      'A ends',
      'A is done',
    ]);
    loop.close();
  });
});

describe('errors from other threads', () => {
  const REMOTE = Symbol.for('skein.remote-stack');

  test('get the frames of who waited, once', () => {
    const error = Object.assign(new Error('x'), { [REMOTE]: true });
    error.stack = 'Error: x\n    at remote';
    const loop = new VirtualTimeLoop();
    const future = loop.createFuture();
    future.setException(error);
    function* theWaiter(): Coroutine<unknown> {
      return yield* future;
    }
    assert.throws(() => loop.runUntilComplete(theWaiter()));
    assert.throws(() => future.result());
    const parts = error.stack.split('--- awaited at ---');
    assert.equal(parts.length, 2);
    assert.match(parts[1] as string, /theWaiter/);
    loop.close();
  });

  test('others are left as they are', () => {
    const error = new Error('x');
    const { stack } = error;
    joinStacks(error);
    joinStacks('a string');
    joinStacks(null);
    assert.equal(error.stack, stack);
  });
});

describe('failures that nobody looks at', () => {
  test('beyond a thousand the oldest is reported at once', () => {
    const loop = new VirtualTimeLoop();
    const o: unknown[] = [];
    loop.setExceptionHandler((_loop, context) => o.push(context.exception));
    for (let i = 0; i < 1002; i++) loop.createFuture().setException(i);
    assert.deepEqual(o, [0, 1]);
    loop.close();
    assert.equal(o.length, 1002);
  });
});
