import { repr } from '../core/repr.ts';

/**
 * Compares as Python does: numbers with numbers, strings with strings, and arrays as Python compares
 * tuples, by the first position in which they differ, or else by length.
 *
 * @returns below 0 when `a` comes first, above 0 when `b` does, 0 when they are equal
 * @throws {TypeError} for what has no order, such as two objects, or a number and a string
 */
export function compareAsPython(a: unknown, b: unknown): number {
  const order = orderOf(a, b);
  if (order === undefined) {
    throw new TypeError(
      `'<' not supported between ${repr(a)} and ${repr(b)}; put numbers, strings or arrays of ` +
        'them, or say how to compare: new PriorityQueue(0, { compare: (a, b) => a.rank - b.rank })',
    );
  }
  return order;
}

/** Undefined when there is no order. */
function orderOf(a: unknown, b: unknown): number | undefined {
  if (isNumeric(a) && isNumeric(b)) return sign(a, b);
  if (typeof a === 'string' && typeof b === 'string') return orderOfStrings(a, b);
  if (Array.isArray(a) && Array.isArray(b)) return orderOfArrays(a, b);
  return undefined;
}

function orderOfArrays(a: readonly unknown[], b: readonly unknown[]): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    if (a[i] === b[i]) continue; // the same object is equal to itself, whatever it is
    const order = compareAsPython(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** By code points, where JavaScript's `<` goes by UTF-16 units. */
function orderOfStrings(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue;
    return (a.codePointAt(i) as number) - (b.codePointAt(i) as number);
  }
  return a.length - b.length;
}

type Numeric = number | bigint | boolean;

function isNumeric(x: unknown): x is Numeric {
  return typeof x === 'number' || typeof x === 'bigint' || typeof x === 'boolean';
}

function sign(a: Numeric, b: Numeric): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}
