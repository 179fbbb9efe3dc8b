import { ValueError } from './exceptions.ts';
import { repr } from './repr.ts';

/** Which errors of a group are meant: those of a class, or those that a function says yes to. */
export type ErrorFilter =
  (abstract new (...args: never[]) => unknown) | ((error: unknown) => boolean);

/**
 * Several errors at once: what the tasks of a group failed with, in the order in which they did.
 *
 * Groups nest: an error of a group may be a group, and stays one. Whoever can act on some of the
 * errors only takes them out with `split` and throws the rest on.
 *
 * @see CPython 3.14 Objects/exceptions.c, BaseExceptionGroup
 */
export class ExceptionGroup extends AggregateError {
  declare readonly code: 'ERR_EXCEPTION_GROUP';
  declare readonly errors: unknown[];
  static {
    const attributes = { configurable: true, enumerable: false, writable: true };
    Object.defineProperties(this.prototype, {
      name: { ...attributes, value: 'ExceptionGroup' },
      code: { ...attributes, value: 'ERR_EXCEPTION_GROUP' },
    });
  }

  /**
   * @param errors - at least one; anything that can be thrown
   * @throws {ValueError} when there is none
   */
  constructor(message: string, errors: Iterable<unknown>, options?: ErrorOptions) {
    if (typeof (errors as unknown) !== 'object' || !(Symbol.iterator in Object(errors))) {
      throw new TypeError(
        `ExceptionGroup(${repr(message)}) takes a list of errors, got ${repr(errors)}; write ` +
          'new ExceptionGroup(message, [error])',
      );
    }
    const list = [...errors];
    if (list.length === 0) {
      throw new ValueError(
        `ExceptionGroup(${repr(message)}) takes a non-empty list of errors; where nothing failed ` +
          'there is nothing to throw',
      );
    }
    super(list, message, options);
  }

  /**
   * The errors that `filter` means, in a group of the same nesting; null when there are none.
   *
   * @param filter - also asked of this group itself and of the groups in it: a group that it means
   *   is taken whole
   */
  subgroup(filter: ErrorFilter): ExceptionGroup | null {
    return this.split(filter)[0];
  }

  /** Parts the group into the errors that `filter` means and all others; null for an empty part. */
  split(filter: ErrorFilter): [meant: ExceptionGroup | null, rest: ExceptionGroup | null] {
    const isMeant = predicateOf(filter);
    if (isMeant(this)) return [this, null];
    const meant: unknown[] = [];
    const rest: unknown[] = [];
    for (const error of this.errors) {
      if (isMeant(error)) {
        meant.push(error);
      } else if (error instanceof ExceptionGroup) {
        const [inside, outside] = error.split(isMeant);
        if (inside !== null) meant.push(inside);
        if (outside !== null) rest.push(outside);
      } else {
        rest.push(error);
      }
    }
    return [partOf(this, meant), partOf(this, rest)];
  }

  override toString(): string {
    const count = this.errors.length;
    return `${super.toString()} (${count} sub-exception${count === 1 ? '' : 's'})`;
  }
}

/** Not a method: a group that came from another thread has no private ones. */
function partOf(group: ExceptionGroup, errors: readonly unknown[]): ExceptionGroup | null {
  if (errors.length === 0) return null;
  const options = 'cause' in group ? { cause: group.cause } : undefined;
  const part = new ExceptionGroup(group.message, errors, options);
  if (group.stack !== undefined) part.stack = group.stack;
  return part;
}

function predicateOf(filter: ErrorFilter): (error: unknown) => boolean {
  if (isErrorClass(filter)) return (error) => error instanceof filter;
  return filter;
}

function isErrorClass(filter: ErrorFilter): filter is abstract new (...args: never[]) => unknown {
  const prototype: unknown = filter.prototype;
  return prototype === Error.prototype || prototype instanceof Error;
}
