import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sleep } from '../../dist/core/sleep.js';
import { VirtualTimeLoop } from '../../dist/testing/virtual-time-loop.js';
import { ScriptedSelector } from './core-scripted-selector.js';

describe('one turn of the loop', () => {
  test('rule 5: carried over, then the selector, then timers', () => {
    const selector = new ScriptedSelector();
    const loop = selector.newLoop();
    const o: string[] = [];
    loop.callLater(0, () => o.push('timer'));
    loop.callSoon(() => o.push('ready'));
    selector.onSelect = () => {
      selector.onSelect = undefined;
      loop.callSoon(() => o.push('event'));
    };
    loop.stop();
    loop.runForever();
    assert.deepEqual(o, ['ready', 'event', 'timer']);
    loop.close();
  });

  test('rule 2: how long it waits', () => {
    const selector = new ScriptedSelector();
    const loop = selector.newLoop();
    loop.callSoon(() => {});
    loop.callLater(7, () => loop.callLater(2 ** 40, () => loop.stop()));
    selector.onSelect = () => {
      if (selector.waits.length === 3) loop.stop();
    };
    loop.runForever();
    // Something is ready; the first timer; a day at most.
    assert.deepEqual(selector.waits, [0, 7, 86_400_000]);
    loop.close();
  });

  test('rule 2: for ever, when there is nothing', () => {
    const selector = new ScriptedSelector();
    const loop = selector.newLoop();
    selector.onSelect = () => loop.stop();
    loop.runForever();
    assert.deepEqual(selector.waits, [Infinity]);
    loop.close();
  });

  test('rules 2, 11: only looks when it was stopped before', () => {
    const selector = new ScriptedSelector();
    const loop = selector.newLoop();
    loop.stop();
    loop.runForever();
    assert.deepEqual(selector.waits, [0]);
    loop.close();
  });

  test('rule 4: a timer is due at its moment and not before', () => {
    const loop = new VirtualTimeLoop({ startMs: 1000 });
    const o: number[] = [];
    for (const delay of [3, 1, 2, 1]) loop.callLater(delay, () => o.push(loop.time() - 1000));
    loop.callLater(5, () => loop.stop());
    loop.runForever();
    assert.deepEqual(o, [1, 1, 2, 3]);
    loop.close();
  });

  test('rule 1: cancelled timers on top do not shorten the wait', () => {
    const selector = new ScriptedSelector();
    const loop = selector.newLoop();
    loop.callLater(1, () => {}).cancel();
    loop.callLater(9, () => loop.stop());
    loop.runForever();
    assert.deepEqual(selector.waits, [9]);
    loop.close();
  });

  test('sleep takes the time that it says, whatever runs beside it', () => {
    const loop = new VirtualTimeLoop({ startMs: 1000 });
    loop.runUntilComplete(sleep(86_400_000 * 3));
    assert.equal(loop.time(), 1000 + 86_400_000 * 3);
    loop.close();
  });

  test('a cancelled sleep leaves no timer', () => {
    const loop = new VirtualTimeLoop({ startMs: 1000 });
    const task = loop.createTask(sleep(60_000));
    loop.callSoon(() => loop.callSoon(() => task.cancel()));
    assert.throws(() => loop.runUntilComplete(task), { code: 'ERR_CANCELLED' });
    assert.equal(loop.scheduler.timers.live, 0);
    assert.ok(loop.time() < 2000);
    loop.close();
  });

  test('debug mode reports slow callbacks (test_log_slow_callbacks)', () => {
    const selector = new ScriptedSelector();
    const loop = selector.newLoop();
    loop.setDebug(true);
    loop.slowCallbackDuration = 50;
    loop.callSoon(function quick() {});
    loop.callSoon(function slow() {
      selector.advance(80);
    });
    loop.stop();
    loop.runForever();
    assert.equal(selector.reports.length, 1);
    assert.match(
      selector.reports[0]?.text ?? '',
      /^Executing <Handle slow\(\) created at \S+> took 80\.0 ms\nHandle created at \(most recent call first\):\n +at .*core-scheduler/,
    );
    loop.close();
  });

  test('a handler that fails in place of the default one is told of (test_default_exc_handler_broken)', () => {
    const selector = new ScriptedSelector();
    const loop = selector.newLoop();
    loop.defaultExceptionHandler = () => {
      throw new RangeError('of the default handler');
    };
    loop.callExceptionHandler({ message: 'first', exception: new TypeError('x') });
    loop.setExceptionHandler(() => {
      throw new RangeError('of the custom handler');
    });
    loop.callExceptionHandler({ message: 'second', exception: new TypeError('x') });
    loop.close();
    assert.deepEqual(
      selector.reports.map(({ text }) => text.replace(/ handler while.*/, ' handler while …')),
      ['Exception in default exception handler', 'Exception in default exception handler while …'],
    );
  });

  test('the default handler reports through the environment', () => {
    const selector = new ScriptedSelector();
    const loop = selector.newLoop();
    const error = new RangeError('x');
    loop.callSoon(function fails() {
      throw error;
    });
    loop.stop();
    loop.runForever();
    assert.deepEqual(selector.reports, [
      { text: 'Exception in callback fails()\nhandle: <Handle fails()>', error },
    ]);
    loop.close();
  });
});
