import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as errors from '../../dist/core/exceptions.js';

const codes: Record<string, [code: string, base: new () => Error]> = {
  CancelledError: ['ERR_CANCELLED', Error],
  InvalidStateError: ['ERR_INVALID_STATE', Error],
  TimeoutError: ['ERR_TIMEOUT', Error],
  RuntimeError: ['ERR_RUNTIME', Error],
  ValueError: ['ERR_VALUE', Error],
  SystemExit: ['ERR_SYSTEM_EXIT', Error],
  KeyboardInterrupt: ['ERR_KEYBOARD_INTERRUPT', Error],
  BrokenExecutor: ['ERR_BROKEN_EXECUTOR', errors.RuntimeError],
  BrokenThreadPool: ['ERR_BROKEN_THREAD_POOL', errors.BrokenExecutor],
  BrokenBarrierError: ['ERR_BROKEN_BARRIER', errors.RuntimeError],
  QueueEmpty: ['ERR_QUEUE_EMPTY', Error],
  QueueFull: ['ERR_QUEUE_FULL', Error],
  QueueShutDown: ['ERR_QUEUE_SHUT_DOWN', Error],
  DataCloneError: ['ERR_DATA_CLONE', TypeError],
  FunctionReferenceError: ['ERR_FUNCTION_REFERENCE', TypeError],
  InternalError: ['ERR_INTERNAL', Error],
};

const classes = new Map<string, unknown>(Object.entries(errors));

for (const [name, [code, base]] of Object.entries(codes)) {
  test(`${name} has its name, its code and its base`, () => {
    const ErrorClass = classes.get(name) as typeof errors.CancelledError;
    const error = new ErrorClass();
    assert.deepEqual([error.name, error.code, error instanceof base], [name, code, true]);
    assert.deepEqual(Object.keys(error).includes('name'), false);
    assert.match(String(error.stack), new RegExp(`^${name}|^Error`));
  });
}

test("messages, causes and codes of one's own", () => {
  const cause = new Error('cause');
  assert.equal(new errors.CancelledError('m', { cause }).cause, cause);
  assert.equal(new errors.RuntimeError('m', 'ERR_LOOP_CLOSED', { cause }).code, 'ERR_LOOP_CLOSED');
  assert.equal(new errors.BrokenThreadPool('m', { cause }).message, 'm');
  assert.equal(new errors.SystemExit(3).exitCode, 3);
});
