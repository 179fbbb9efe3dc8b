import type { Task } from './task.ts';

/*
 * The tasks of one loop that are not done, oldest first.
 *
 * Every task is in the list from its creation to its end, so entering and leaving is on the path of
 * each of them. The links are fields of the tasks themselves: a Set would double the cost of a task
 * when there are many.
 *
 *     #first --> A <--> B <--> C <-- #last
 *
 * The list is what keeps a pending task alive: CPython holds its tasks weakly, and a task that nobody
 * else holds may vanish in the middle of its work.
 */
export class TaskList implements Iterable<Task<unknown>> {
  #first: Task<unknown> | null = null;
  #last: Task<unknown> | null = null;

  get isEmpty(): boolean {
    return this.#first === null;
  }

  add(task: Task<unknown>): void {
    const last = this.#last;
    task.older = last;
    if (last === null) this.#first = task;
    else last.younger = task;
    this.#last = task;
  }

  /** Only for a task that is in this list. */
  remove(task: Task<unknown>): void {
    const { older, younger } = task;
    if (older === null) this.#first = younger;
    else older.younger = younger;
    if (younger === null) this.#last = older;
    else younger.older = older;
    task.older = null;
    task.younger = null;
  }

  /** The list must stay as it is meanwhile; copy it first where tasks may end. */
  *[Symbol.iterator](): Generator<Task<unknown>, void, void> {
    for (let task = this.#first; task !== null; task = task.younger) yield task;
  }
}
