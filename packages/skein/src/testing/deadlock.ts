import type { EventLoop } from '../core/event-loop.ts';
import { RuntimeError } from '../core/exceptions.ts';
import type { Task } from '../core/task.ts';
import { describeWait, waitsOf } from '../core/waits.ts';

/**
 * Nothing is ready, no timer is set, nothing is under way elsewhere: nobody will ever run again. The
 * message says which tasks wait, and for what.
 */
export class DeadlockError extends RuntimeError {
  static {
    Object.defineProperty(this.prototype, 'name', { value: 'DeadlockError', configurable: true });
  }

  constructor(message?: string, options?: ErrorOptions) {
    super(message, 'ERR_DEADLOCK', options);
  }
}

/** What a loop of virtual time says when it would wait for ever. */
export function deadlockOf(loop: EventLoop): DeadlockError {
  return new DeadlockError(
    `Deadlock: in ${loop} nothing is ready, no timer is set and nothing is under way in another ` +
      `thread, so that nobody will ever run again. ${tellWaits(loop)}`,
  );
}

/** The same, when there is something of which nobody knows whether it will ever come. */
export function nothingCame(loop: EventLoop, afterMs: number): DeadlockError {
  return new DeadlockError(
    `Nothing has happened in ${loop} for ${afterMs} ms of real time. Virtual time stands still ` +
      'while a task waits for a promise or a signal that is not of this library, because nobody ' +
      `knows when it will come; allow more with the option patienceMs. ${tellWaits(loop)}`,
  );
}

function tellWaits(loop: EventLoop): string {
  const tasks = [...loop.scheduler.tasks];
  if (tasks.length === 0) return 'There is no task; what waits is a callback or a future.';
  const lines = tasks.map((task) => `\n  ${task.getName()} waits for ${whatFor(task)}`);
  return `These tasks wait:${lines.join('')}`;
}

function whatFor(task: Task<unknown>): string {
  const waits = [...waitsOf(task)].map(describeWait);
  return waits.length > 0 ? waits.join(' and ') : 'its turn';
}
