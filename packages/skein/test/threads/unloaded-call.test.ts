/**
 * Calls into a blocking loop of functions whose module the main thread has not loaded. A file of its
 * own: nothing else in this process may load that module.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newEventLoop, Thread } from 'skein';
import { calls, callUnloaded } from '../fixtures/threads/remote.ts';

test('a call whose function was not loaded in the thread of a blocking loop runs, in its turn', () => {
  const loop = newEventLoop();
  const thread = new Thread({ target: callUnloaded, args: [loop.remote()] });
  thread.start();
  loop.runForever();
  assert.deepEqual(calls, ['first', 'second']);
  thread.join();
  loop.close();
});
