import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CancelledError, type Coroutine, sleep } from 'skein';
import { VirtualTimeLoop } from 'skein/testing';

// Found by the differential tests. CPython: Task.cancel() finds the waiter done and leaves a note, and
// the step that then gets a CancelledError from the waiter keeps that one.
test('a second cancel took the message of the first away', () => {
  const loop = new VirtualTimeLoop();
  const messages: string[] = [];
  const task = loop.createTask(function* (): Coroutine<void> {
    try {
      yield* sleep(10);
    } catch (error) {
      messages.push((error as CancelledError).message);
    }
    yield* sleep(10); // the second one counts as delivered with the first
  });
  loop.callSoon(() => {
    task.cancel('first');
    task.cancel('second');
  });
  loop.runUntilComplete(task);
  loop.close();
  assert.deepEqual(messages, ['first']);
  assert.equal(task.cancelling(), 2);
});
