import { requireOptions } from '../core/arguments.ts';
import { repr } from '../core/repr.ts';
import { compareAsPython } from './compare.ts';
import { Queue } from './queue.ts';
import { SmallestFirst } from './smallest-first.ts';

/** What a priority queue can be given beside its size. */
export interface PriorityQueueOptions<T> {
  /** Below 0 when `a` is to be taken out before `b`, above 0 when after it, 0 when by age. */
  readonly compare?: ((a: T, b: T) => number) | undefined;
}

/**
 * A queue that gives the smallest item first, and of equal ones the oldest.
 *
 * Without `compare` items are numbers, strings, or arrays of them: `[priority, name]` is compared as
 * Python compares tuples. An item that cannot be compared with another one is refused with a
 * `TypeError` by the call that finds it, and the queue stays as it was.
 *
 * Thread        of one loop; belongs to the loop in which a task first had to wait
 *
 * Differs: CPython gives equal items in any order.
 *
 * @see CPython 3.14 Lib/asyncio/queues.py, PriorityQueue
 */
export class PriorityQueue<T> extends Queue<T> {
  /** @param maxsize - how many items can be in it; 0 and below stand for any number */
  constructor(maxsize: number = 0, options?: PriorityQueueOptions<T>) {
    requireOptions(options, 'new PriorityQueue', '{ compare: (a, b) => a.due - b.due }');
    const compare = options?.compare ?? compareAsPython;
    if (typeof compare !== 'function') {
      throw new TypeError(`compare must be a function of two items, got ${repr(compare)}`);
    }
    super(maxsize, new SmallestFirst<T>(compare));
  }
}
