/** What the stress tests have done in a pool. Each is given a number by which its outcome is known. */
import { type Coroutine, currentJob, sleep } from 'skein';

export class StressError extends Error {
  readonly id: number;

  constructor(id: number) {
    super(`failed on purpose: ${id}`);
    this.id = id;
  }
}

export const add = (id: number, a: number, b: number): [number, number] => [id, a + b];

export function fail(id: number): never {
  throw new StressError(id);
}

export function throwNumber(id: number): never {
  throw id as unknown as Error;
}

export const giveFunction = (id: number): object => ({ id, when: { asked: () => id } });

export function exit(_id: number, code: number): never {
  process.exit(code);
}

/** Runs until its thread is terminated. */
export function spin(id: number): number {
  for (let turn = 0; turn >= 0; turn = (turn + 1) % 1000) Math.imul(turn, id);
  return id;
}

export function invert(_id: number, bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => byte ^ 0xff);
}

export function countUp(id: number, shared: SharedArrayBuffer): SharedArrayBuffer {
  Atomics.add(new Int32Array(shared), 0, id);
  return shared;
}

export async function addSlowly(id: number, a: number, b: number): Promise<[number, number]> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return [id, a + b];
}

export function* addInCoroutine(id: number, a: number, b: number): Coroutine<[number, number]> {
  yield* sleep(1);
  return [id, a + b];
}

/** Uses up the memory of its thread. */
export function fill(_id: number): never {
  for (const all: number[][] = []; ;) all.push(Array.from({ length: 100_000 }, (_, x) => x));
}

/** Computes until it is asked to end. */
export function spinUntilAsked(_id: number): never {
  for (;;) currentJob().throwIfCancelled();
}

/** Waits until it is asked to end. */
export async function waitUntilAsked(_id: number): Promise<void> {
  await sleep(3_600_000);
}

/** An error outside of the task itself. */
export async function throwLater(id: number): Promise<never> {
  setImmediate(() => {
    throw new StressError(id);
  });
  return new Promise(() => {});
}

/** Fails until the last attempt. */
export function failUntil(id: number, counter: SharedArrayBuffer, attempts: number): number {
  if (Atomics.add(new Int32Array(counter), 0, 1) + 1 < attempts) throw new StressError(id);
  return id;
}
