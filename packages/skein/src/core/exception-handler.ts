import { isDriver } from './ensure-future.ts';
import type { EventLoop } from './event-loop.ts';
import { tunnels } from './exceptions.ts';
import type { Future } from './future.ts';
import type { Handle } from './handle.ts';
import { originOf } from './origins.ts';
import { Task } from './task.ts';

/*
 * Where errors go that nobody else takes: those of callbacks, and of futures at which nobody looked.
 *
 * A program may put a handler of its own in place of the default one. Whatever a handler does, no
 * error gets lost: if it throws, the default handler tells of both, and if that throws as well, the
 * environment shows it as it is. Only `SystemExit` and `KeyboardInterrupt` go on.
 *
 * @see CPython 3.14 Lib/asyncio/base_events.py, call_exception_handler
 */

/** What is known about an error. */
export interface ExceptionContext {
  readonly message: string;
  readonly exception?: unknown;
  readonly future?: Future<unknown>;
  readonly handle?: Handle;
  /** In debug mode: the frames of who made what this is about, the most recent one first. */
  readonly sourceTraceback?: readonly string[];
  /** In debug mode, without the former: the frames of who registered the callback that ran. */
  readonly handleTraceback?: readonly string[];
  /** What a failing handler was called with. */
  readonly context?: ExceptionContext;
}

export type ExceptionHandler = (loop: EventLoop, context: ExceptionContext) => void;

type Report = (text: string, error: unknown) => void;

/** Calls `handler`, or the default one when it is null. */
export function handleException(
  loop: EventLoop,
  handler: ExceptionHandler | null,
  context: ExceptionContext,
  report: Report,
): void {
  if (handler === null) {
    guarded(
      () => loop.defaultExceptionHandler(context),
      (error) => report('Exception in default exception handler', error),
    );
    return;
  }
  guarded(
    () => handler(loop, context),
    (exception) => {
      const message = 'Unhandled error in exception handler';
      guarded(
        () => loop.defaultExceptionHandler({ message, exception, context }),
        (error) =>
          report(
            'Exception in default exception handler while handling an unexpected error in custom ' +
              'exception handler',
            error,
          ),
      );
    },
  );
}

/**
 * The text that the default handler reports: the message, then each further thing on its line.
 *
 * @param nameOfCoroutine - the name of the function that made a coroutine, where that can be found out
 */
export function showContext(
  context: ExceptionContext,
  nameOfCoroutine?: (coroutine: object) => string | undefined,
): string {
  const lines = [context.message];
  if (context.future !== undefined) lines.push(`future: ${context.future}`);
  const coroutine = context.future instanceof Task ? context.future.getCoro() : null;
  if (coroutine !== null && !isDriver(coroutine)) {
    const name = nameOfCoroutine?.(coroutine);
    if (name !== undefined) lines.push(`coroutine: ${name}()`);
  }
  if (context.handle !== undefined) lines.push(`handle: ${context.handle}`);
  if (context.context !== undefined) {
    lines.push(`while handling: ${showContext(context.context, nameOfCoroutine)}`);
  }
  const traces =
    showFrames('Object', context.sourceTraceback) + showFrames('Handle', context.handleTraceback);
  return lines.join('\n') + traces;
}

/** Adds where the thing was made that an error is about, or else who registered what runs now. */
export function withOrigins(context: ExceptionContext, current: object | null): ExceptionContext {
  if (context.sourceTraceback !== undefined) return context;
  const subject = context.future ?? context.handle;
  const sourceTraceback = subject === undefined ? undefined : originOf(subject);
  if (sourceTraceback !== undefined) return { ...context, sourceTraceback };
  const handleTraceback = current === null ? undefined : originOf(current);
  return handleTraceback === undefined ? context : { ...context, handleTraceback };
}

/** The lines that say where something was made; empty when that is not known. */
export function showFrames(what: string, frames: readonly string[] | undefined): string {
  if (frames === undefined || frames.length === 0) return '';
  return `\n${what} created at (most recent call first):\n${frames.join('\n')}`;
}

function guarded(call: () => void, failed: (error: unknown) => void): void {
  try {
    call();
  } catch (error) {
    if (tunnels(error)) throw error;
    failed(error);
  }
}
