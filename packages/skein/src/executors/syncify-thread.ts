/**
 * The thread that does the work of the syncified functions of this thread: a pool of one, made at the first
 * call and kept.
 *
 * Each thread that calls has one of its own. It blocks while it waits, so it has one call under way, and
 * one thread is all that it can use; and no caller stands behind the call of another, or is struck
 * when that takes too long and its thread is ended. A function that is being run so and calls a
 * syncified function itself is a caller like any other, with a thread of its own one level deeper. With
 * one thread for the whole process it would wait for itself.
 *
 * ```
 *   main thread ── format ──▶ syncify_0 ── parse ──▶ syncify-2_0
 *   Thread-1    ── format ──▶ syncify_0 (another)
 * ```
 *
 * A function that calls itself so without end would take a thread for each level; the name of a thread
 * tells its level, and `MOST_LEVELS` is the end.
 *
 * The pool is private (`threading/private-pools.ts`): it ends with the thread that it works for.
 */
import { RuntimeError } from '../core/exceptions.ts';
import { thisThread } from '../crossing/this-thread.ts';
import type { PrivateMessage } from '../threading/keeper-messages.ts';
import { ThreadPoolExecutor } from './thread-pool.ts';
import { forgetExecutor } from './unclosed-executors.ts';

/** How deep syncified functions may call each other, each level in a thread of its own. */
const MOST_LEVELS = 16;
const PREFIX = 'syncify';

let pool: ThreadPoolExecutor | undefined;

/**
 * The pool of this thread.
 *
 * @param name - of the function that is called, for the error
 * @throws {RuntimeError} `ERR_SYNCIFY_TOO_DEEP` in a thread of the deepest level
 */
export function syncifyPool(name: string): ThreadPoolExecutor {
  return (pool ??= makePool(name));
}

/** Ends the thread wherever it is, without waiting for that; the next call gets another. */
export function abandonSyncifyPool(abandoned: ThreadPoolExecutor): void {
  if (pool === abandoned) pool = undefined;
  // A thread inside native code ends when it comes out. So nobody waits for it, and it gets no more work.
  abandoned.shutdown({ wait: false, cancelFutures: true });
  abandoned.terminateWorkers();
}

function makePool(name: string): ThreadPoolExecutor {
  const thread = thisThread();
  const level = levelOf(thread.name) + 1;
  if (level > MOST_LEVELS) throw tooDeep(name);
  const threadNamePrefix = level === 1 ? PREFIX : `${PREFIX}-${level}`;
  const made = new ThreadPoolExecutor({ maxWorkers: 1, threadNamePrefix });
  forgetExecutor(made); // nobody has to shut it down
  const { index, ident } = ThreadPoolExecutor.addressOf(made);
  thread.tellKeeper({ type: 'private', pool: index, ident } satisfies PrivateMessage);
  return made;
}

/** 0 for a thread that does not work for syncified functions. */
function levelOf(threadName: string): number {
  const [, level] = /^syncify(?:-(\d+))?_\d+$/.exec(threadName) ?? [threadName, '0'];
  return Number(level ?? 1);
}

function tooDeep(name: string): RuntimeError {
  return new RuntimeError(
    `syncify: '${name}' cannot be called here: ${MOST_LEVELS} syncified functions wait for each other ` +
      'already, each in a thread of its own. Probably a function calls itself by its syncified ' +
      'form; there the asynchronous function can be awaited instead.',
    'ERR_SYNCIFY_TOO_DEEP',
  );
}
