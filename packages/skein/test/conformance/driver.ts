import {
  type Awaitable,
  type Coroutine,
  type EventLoop,
  type ExceptionContext,
  NodeEventLoop,
  SelectorEventLoop,
} from './library.ts';

/*
 * One body of a test, several kinds of loop.
 *
 * A case is written once, as an async function that is given a driver. Its runs are awaited: the
 * blocking loop has the value at once, the loop that Node turns has a promise of it. Between two
 * runs nothing else happens, so what a case records is the same everywhere.
 */

export interface Driver {
  readonly name: string;
  newLoop(): EventLoop;
}

export const drivers: readonly Driver[] = [
  { name: 'SelectorEventLoop', newLoop: () => new SelectorEventLoop() },
  { name: 'NodeEventLoop', newLoop: () => new NodeEventLoop() },
];

/** A behaviour: what the body returns is compared with what CPython shows. */
export interface Case {
  /** The rule, what is so, and CPython's own test of it where there is one. */
  readonly title: string;
  readonly body: (driver: Driver) => unknown;
  readonly expected: unknown;
}

/** Runs a coroutine in a loop of its own and closes that. */
export async function runMain<T>(driver: Driver, main: () => Coroutine<T>): Promise<T> {
  const loop = driver.newLoop();
  try {
    return await loop.runUntilComplete(main());
  } finally {
    loop.close();
  }
}

/** Exactly one iteration. */
export async function tick(loop: EventLoop): Promise<void> {
  loop.callSoon(() => loop.stop());
  await loop.runForever();
}

/** Collects what goes to the exception handler of the loop. */
export function collectErrors(loop: EventLoop): ExceptionContext[] {
  const contexts: ExceptionContext[] = [];
  loop.setExceptionHandler((_loop, context) => contexts.push(context));
  return contexts;
}

/** What `call` throws, as `Name: first part of the message`; '' when it throws nothing. */
export async function thrownBy(call: () => unknown): Promise<string> {
  try {
    await call();
    return '';
  } catch (error) {
    return show(error);
  }
}

/** The same for a call that throws at once. */
export function thrownNowBy(call: () => unknown): string {
  try {
    call();
    return '';
  } catch (error) {
    return show(error);
  }
}

/** An error as CPython shows it: without what we append to its sentence. */
export function show(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === ''
    ? error.name
    : `${error.name}: ${error.message.split(/[;:] |\. (?=[A-Z<])/)[0]}`;
}

/** Waits, in real time, without any loop. */
export function pause(delayMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delayMs);
}

/** What waiting for it gives, or the text of the error that it fails with. */
export function* shown(body: () => Awaitable<unknown>): Coroutine<unknown> {
  try {
    return yield* body();
  } catch (error) {
    return show(error);
  }
}

/** What waiting for it gives, or the name of the error that it fails with. */
export function* nameOf(body: () => Awaitable<unknown>): Coroutine<unknown> {
  try {
    return yield* body();
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

/** Runs an async function in a NodeEventLoop of its own. */
export async function runAsync<T>(main: () => Promise<T>): Promise<T> {
  const loop = new NodeEventLoop();
  try {
    return await loop.runUntilComplete(main);
  } finally {
    loop.close();
  }
}
