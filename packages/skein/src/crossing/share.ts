/**
 * Things that cross by a description of themselves instead of being copied: Skein's own executors and
 * loops, of which each thread has an object of its own over the same shared memory, and the objects of
 * any class that says how another thread makes its own.
 *
 * An object takes part by a method under `Symbol.for('skein.share')`. It gives plain data, and the
 * function that makes an object of that data, which crosses by name as every function does: the
 * receiver finds its own copy of it, and loads the module for that if it has to.
 *
 * ```
 *   sender    counter[shareKey]() ──▶ { revive: Counter.over, data: memory }
 *                                              │ a number in the function table
 *   receiver  Counter.over(memory) ◀───────────┘
 * ```
 *
 * The method is looked for in arguments and results themselves, and in plain objects, arrays, maps and
 * sets in them, at any depth, also in the data of another description. Values are made before anybody
 * sees the message, and without waiting: so `revive` returns at once, and its module can be loaded
 * without waiting, or is loaded already.
 */
import { assertOfThisCopy } from '../core/copies.ts';
import { DataCloneError, InternalError } from '../core/exceptions.ts';
import { isThenable } from '../core/coroutine.ts';
import { goesAcross } from './border.ts';
import { referenceOf, type FunctionReference } from './function-reference.ts';
import { functionId, referenceById } from './function-table.ts';
import { resolveFunctionSync } from './resolve-function.ts';
import { thisThread } from './this-thread.ts';

/**
 * The key of the method by which an object crosses to other threads: `Symbol.for('skein.share')`.
 *
 * ```ts
 * export class Counter {
 *   readonly #cell: Int32Array;
 *   constructor(memory = new SharedArrayBuffer(4)) {
 *     this.#cell = new Int32Array(memory);
 *   }
 *   static over = (memory: SharedArrayBuffer): Counter => new Counter(memory);
 *   [shareKey](): ShareDescription<SharedArrayBuffer> {
 *     return { revive: Counter.over, data: this.#cell.buffer as SharedArrayBuffer };
 *   }
 * }
 * ```
 */
export const shareKey: unique symbol = Symbol.for('skein.share') as never;

/** What an object says of itself. */
export interface ShareDescription<D = unknown> {
  /**
   * Makes the receiver's object of the data, at once. A function that can be submitted: exported, a static
   * method of an exported class, or registered with `task()`.
   */
  readonly revive: (data: D) => unknown;
  /** Whatever may be an argument, objects that cross by description included. */
  readonly data: D;
}

/** An object that crosses by description. */
export interface Shareable {
  [shareKey](): { readonly revive: (data: never) => unknown; readonly data: unknown };
}

/** What crosses of it. Skein's own classes have kinds that every thread knows. */
export interface Described {
  readonly kind: string;
  readonly data: unknown;
}

/** The kind of what names its own function; its data are that function's number and the data for it. */
const BY_FUNCTION = 'by function';
/** The same in another process, which has no number for it: the reference itself, and the data. */
const BY_REFERENCE = 'by reference';

const revivers = new Map<string, (data: never) => unknown>();

/**
 * Says how this thread makes its own object of a kind. Registered where the kind's class is defined,
 * so that every thread that loads Skein has it; a second registration replaces the first.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the class knows its own data
export function registerShared<D>(kind: string, make: (data: D) => unknown): void {
  revivers.set(kind, make);
}

/** Tells whether a value describes itself. */
export function isShareable(value: object): value is Shareable {
  return typeof (value as Partial<Shareable>)[shareKey] === 'function';
}

let descriptions = new Map<Shareable, Described>();

/**
 * What `object` says of itself; asked once per message, whatever paths the message takes.
 *
 * @throws {DataCloneError} when that is no description
 * @throws {FunctionReferenceError} when other threads cannot find the function in it
 */
export function describe(object: Shareable): Described {
  let description = descriptions.get(object);
  if (description === undefined) {
    assertOfThisCopy('What is sent', object);
    description = named(object, object[shareKey]());
    descriptions.set(object, description);
  }
  return description;
}

function named(object: object, said: unknown): Described {
  const { kind, data, revive: make } = (said ?? {}) as Partial<ShareDescription & Described>;
  if (typeof make === 'function') {
    return goesAcross()
      ? { kind: BY_REFERENCE, data: [referenceOf(make), data] }
      : { kind: BY_FUNCTION, data: [functionId(thisThread(), make), data] };
  }
  if (kind !== undefined && revivers.has(kind)) return { kind, data };
  const name = (object.constructor as Function | undefined)?.name || 'an object';
  const found =
    kind === undefined ? `without a function 'revive'` : `of a kind that nobody knows, '${kind}'`;
  throw new DataCloneError(
    `${name}[Symbol.for('skein.share')]() returned a description ${found}. ` +
      'Return { revive, data }: an exported function that makes the object again, and what it takes.',
  );
}

/**
 * Whether an object describes itself by a place in the memory of this process, and the message goes to
 * another one: so do executors, and handles of loops.
 */
export function staysInProcess(object: Shareable): boolean {
  return goesAcross() && describe(object).kind !== BY_REFERENCE;
}

/** A new message begins. */
export function forgetDescriptions(): void {
  if (descriptions.size > 0) descriptions = new Map();
}

/** Makes this thread's object from a description. */
export function revive(kind: string, data: unknown): unknown {
  if (kind === BY_FUNCTION) {
    const [id, given] = data as [number, unknown];
    return callNamed(referenceById(thisThread(), id), given);
  }
  if (kind === BY_REFERENCE) return callNamed(...(data as [FunctionReference, unknown]));
  const make = revivers.get(kind);
  if (make === undefined)
    throw new InternalError(`nothing is registered for shared objects of kind '${kind}'`);
  return make(data as never);
}

function callNamed(reference: FunctionReference, data: unknown): unknown {
  const make = resolveFunctionSync(reference, {
    who: 'what is sent is made before anybody can wait',
    cure: `import it where the function is that takes or gives it, or in the initializer of the pool`,
  });
  const made: unknown = (make as (data: unknown) => unknown)(data);
  if (typeof made === 'object' && isThenable(made)) {
    throw new DataCloneError(
      `'${reference.name}' makes a value that was sent, and returned a promise of it; it has to return ` +
        'the value at once',
    );
  }
  return made;
}
