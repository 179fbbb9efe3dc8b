import type { EventLoop } from './event-loop.ts';
import { tunnels } from './exceptions.ts';
import type { Future } from './future.ts';
import type { Handle } from './handle.ts';

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

/** The text that the default handler reports: the message, then each further thing on its line. */
export function showContext(context: ExceptionContext): string {
  const lines = [context.message];
  if (context.future !== undefined) lines.push(`future: ${context.future}`);
  if (context.handle !== undefined) lines.push(`handle: ${context.handle}`);
  if (context.context !== undefined) lines.push(`while handling: ${showContext(context.context)}`);
  return lines.join('\n');
}

function guarded(call: () => void, failed: (error: unknown) => void): void {
  try {
    call();
  } catch (error) {
    if (tunnels(error)) throw error;
    failed(error);
  }
}
