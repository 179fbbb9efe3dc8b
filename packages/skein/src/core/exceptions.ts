/*
 * Every error class of the library.
 *
 * One class for each situation that a caller can act on, with asyncio's name. Names and codes are
 * permanent; messages may be improved at any time, so a program looks at the class or at `code`.
 *
 * `CancelledError` says that the waiter was asked to give up. Catching it is allowed, swallowing it
 * is seldom right: rethrow it after cleaning up. `SystemExit` and `KeyboardInterrupt` are no
 * failures of the callback that throws them: they tunnel through the event loop and end its run.
 */

/** A task or future was cancelled. The message is what was given to `cancel(message)`. */
export class CancelledError extends Error {
  declare readonly code: 'ERR_CANCELLED';
  static {
    describe(this, 'CancelledError', 'ERR_CANCELLED');
  }
}

/** An operation is not allowed in the state that the object is in. */
export class InvalidStateError extends Error {
  declare readonly code: 'ERR_INVALID_STATE';
  static {
    describe(this, 'InvalidStateError', 'ERR_INVALID_STATE');
  }
}

/** A wait took longer than the caller allowed. What was waited for goes on. */
export class TimeoutError extends Error {
  declare readonly code: 'ERR_TIMEOUT';
  static {
    describe(this, 'TimeoutError', 'ERR_TIMEOUT');
  }
}

/** The library was used in a way that it does not allow: a closed loop, a loop inside a loop. */
export class RuntimeError extends Error {
  readonly code: string;
  static {
    describe(this, 'RuntimeError');
  }

  constructor(message?: string, code: string = 'ERR_RUNTIME', options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** An argument has the right type and a value that makes no sense. */
export class ValueError extends Error {
  readonly code: string;
  static {
    describe(this, 'ValueError');
  }

  constructor(message?: string, code: string = 'ERR_VALUE', options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** There is nothing under that name: a context variable that has no value. */
export class LookupError extends Error {
  declare readonly code: 'ERR_LOOKUP';
  static {
    describe(this, 'LookupError', 'ERR_LOOKUP');
  }
}

/** Asks the program to end. Leaves the event loop at once; nothing of the loop is lost. */
export class SystemExit extends Error {
  declare readonly code: 'ERR_SYSTEM_EXIT';
  /** The exit code that the program asks for, 0 to 255. */
  readonly exitCode: number;
  static {
    describe(this, 'SystemExit', 'ERR_SYSTEM_EXIT');
  }

  constructor(exitCode: number = 0, options?: ErrorOptions) {
    super(`the program asked to end with exit code ${exitCode}`, options);
    this.exitCode = exitCode;
  }
}

/** Somebody pressed Ctrl-C. Leaves the event loop at once; nothing of the loop is lost. */
export class KeyboardInterrupt extends Error {
  declare readonly code: 'ERR_KEYBOARD_INTERRUPT';
  static {
    describe(this, 'KeyboardInterrupt', 'ERR_KEYBOARD_INTERRUPT');
  }
}

/** An executor cannot run anything any more. */
export class BrokenExecutor extends RuntimeError {
  static {
    describe(this, 'BrokenExecutor');
  }

  constructor(message?: string, options?: ErrorOptions) {
    super(message, 'ERR_BROKEN_EXECUTOR', options);
  }
}

/** A thread of a pool died, or could not be set up, and took the task with it. */
export class BrokenThreadPool extends BrokenExecutor {
  override readonly code: string = 'ERR_BROKEN_THREAD_POOL';
  static {
    describe(this, 'BrokenThreadPool');
  }
}

/** A child process of a pool died, or could not be set up, and took the task with it. */
export class BrokenProcessPool extends BrokenExecutor {
  override readonly code: string = 'ERR_BROKEN_PROCESS_POOL';
  static {
    describe(this, 'BrokenProcessPool');
  }
}

/** A barrier was reset or aborted while somebody waited at it, or it is broken since. */
export class BrokenBarrierError extends RuntimeError {
  static {
    describe(this, 'BrokenBarrierError');
  }

  constructor(message?: string, options?: ErrorOptions) {
    super(message, 'ERR_BROKEN_BARRIER', options);
  }
}

/** `getNowait()` found nothing in the queue. */
export class QueueEmpty extends Error {
  declare readonly code: 'ERR_QUEUE_EMPTY';
  static {
    describe(this, 'QueueEmpty', 'ERR_QUEUE_EMPTY');
  }
}

/** `putNowait()` found no room in the queue. */
export class QueueFull extends Error {
  declare readonly code: 'ERR_QUEUE_FULL';
  static {
    describe(this, 'QueueFull', 'ERR_QUEUE_FULL');
  }
}

/** The queue was shut down: nothing goes in any more, and what was in it has been taken out. */
export class QueueShutDown extends Error {
  declare readonly code: 'ERR_QUEUE_SHUT_DOWN';
  static {
    describe(this, 'QueueShutDown', 'ERR_QUEUE_SHUT_DOWN');
  }
}

/** A value cannot go from one thread to another. The message names it and its place. */
export class DataCloneError extends TypeError {
  declare readonly code: 'ERR_DATA_CLONE';
  static {
    describe(this, 'DataCloneError', 'ERR_DATA_CLONE');
  }
}

/** A function cannot be found again in another thread. */
export class FunctionReferenceError extends TypeError {
  declare readonly code: 'ERR_FUNCTION_REFERENCE';
  static {
    describe(this, 'FunctionReferenceError', 'ERR_FUNCTION_REFERENCE');
  }
}

/** A bug of this library. The message carries the state that should not have been possible. */
export class InternalError extends Error {
  declare readonly code: 'ERR_INTERNAL';
  static {
    describe(this, 'InternalError', 'ERR_INTERNAL');
  }
}

/**
 * Whether an error passes through the event loop instead of going to its exception handler.
 *
 * @see CPython 3.14 Lib/asyncio/events.py, Handle._run
 */
export function tunnels(error: unknown): error is SystemExit | KeyboardInterrupt {
  return error instanceof SystemExit || error instanceof KeyboardInterrupt;
}

/** Puts `name` and, where every instance has the same, `code` on the prototype of an error class. */
function describe(errorClass: { readonly prototype: Error }, name: string, code?: string): void {
  const attributes = { configurable: true, enumerable: false, writable: true };
  Object.defineProperty(errorClass.prototype, 'name', { ...attributes, value: name });
  if (code !== undefined) {
    Object.defineProperty(errorClass.prototype, 'code', { ...attributes, value: code });
  }
}
