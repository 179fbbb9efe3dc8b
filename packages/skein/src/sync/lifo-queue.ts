import { Queue } from './queue.ts';
import { NewestFirst } from './queue-items.ts';

/**
 * A queue that gives the newest item first.
 *
 * Thread        of one loop; belongs to the loop in which a task first had to wait
 *
 * @see CPython 3.14 Lib/asyncio/queues.py, LifoQueue
 */
export class LifoQueue<T> extends Queue<T> {
  /** @param maxsize - how many items can be in it; 0 and below stand for any number */
  constructor(maxsize: number = 0) {
    super(maxsize, new NewestFirst<T>());
  }
}
