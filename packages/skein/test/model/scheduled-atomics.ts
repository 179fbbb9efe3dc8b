/**
 * The atomics that the model tests put in the place of `shared/atomics.ts`: every operation is a
 * point at which the explorer decides who goes on.
 *
 * A thread of a model is a plain function. To take one step of it, the explorer runs it again from
 * the start: operations that it has done before answer from its log, one new operation is done on
 * the memory of the state, and the one after that throws `SUSPENDED`. So no thread needs a stack of
 * its own, and a state of the whole model is plain data.
 */

/** One operation on shared memory, as it was done. */
export interface Operation {
  readonly name: string;
  /** Word, and the operands. */
  readonly at: number;
  readonly operands: readonly number[];
  readonly before: number;
  readonly after: number;
  readonly result: number;
}

/** One step of one thread. */
export interface Turn {
  /** Memory of the state; the step changes it. */
  readonly memory: Int32Array;
  /** Results of what the thread has done before, and of the new operation. */
  readonly log: number[];
  /** How many of them the function has asked for again. */
  position: number;
  /** The new operation. */
  done: Operation | undefined;
  /** Whether that operation has put the thread to sleep. */
  isAsleep: boolean;
  /** Whether no thread ever writes this word: to read it is no step. */
  readonly isConstant: (at: number) => boolean;
  /** How many threads sleep on a word. */
  readonly sleepers: (at: number) => number;
}

/** Stops a thread at its next operation. Thrown through the code under test. */
export const SUSPENDED: Error = new Error('suspended');

/** What `wait` answers, by the number that stands in the log. */
export const WAKE_UPS = ['ok', 'not-equal', 'timed-out'] as const;

let turn: Turn | undefined;

/** Runs `body` as one step; false when it was suspended before its end. */
export function runTurn(next: Turn, body: () => void): boolean {
  turn = next;
  try {
    body();
    return true;
  } catch (error) {
    if (error === SUSPENDED) return false;
    throw error;
  } finally {
    turn = undefined;
  }
}

/** Answers from the log, or does the one new operation. */
function operate(
  name: string,
  at: number,
  operands: readonly number[],
  change: (before: number) => number,
  answer: (before: number) => number,
): number {
  const now = turn as Turn;
  if (now.isConstant(at)) {
    if (name === 'load') return now.memory[at] as number;
    throw new Error(`The model says that word ${at} is never written, and there is a ${name}.`);
  }
  if (now.position < now.log.length) return now.log[now.position++] as number;
  if (now.done !== undefined) throw SUSPENDED;
  const before = now.memory[at];
  if (before === undefined) throw new RangeError(`${name} at word ${at}, which the model has not`);
  now.memory[at] = change(before);
  const result = answer(before);
  now.done = { name, at, operands, before, after: now.memory[at], result };
  if (now.isAsleep) throw SUSPENDED;
  now.log.push(result);
  now.position++;
  return result;
}

const same = (before: number): number => before;

export const load = (_: Int32Array, at: number): number => operate('load', at, [], same, same);

export const store = (_: Int32Array, at: number, value: number): number =>
  operate(
    'store',
    at,
    [value],
    () => value,
    () => value,
  );

/** To the explorer it is a step like any other. */
export const write = (words: Int32Array, at: number, value: number): void =>
  void store(words, at, value);

export const exchange = (_: Int32Array, at: number, value: number): number =>
  operate('exchange', at, [value], () => value, same);

export const compareExchange = (_: Int32Array, at: number, from: number, to: number): number =>
  operate('compareExchange', at, [from, to], (old) => (old === from ? to : old), same);

export const add = (_: Int32Array, at: number, value: number): number =>
  operate('add', at, [value], (old) => old + value, same);

export const or = (_: Int32Array, at: number, value: number): number =>
  operate('or', at, [value], (old) => old | value, same);

export const and = (_: Int32Array, at: number, mask: number): number =>
  operate('and', at, [mask], (old) => old & mask, same);

export const wait = (_: Int32Array, at: number, value: number): (typeof WAKE_UPS)[number] => {
  const answer = (before: number): number => {
    if (before !== value) return 1;
    (turn as Turn).isAsleep = true;
    return 0;
  };
  return WAKE_UPS[operate('wait', at, [value], same, answer)] as 'ok';
};

export const notifyAll = (_: Int32Array, at: number): number =>
  operate('notify', at, [], same, () => (turn as Turn).sleepers(at));

export const waitAsync = (): never => {
  throw new Error('The models do not wait asynchronously.');
};
