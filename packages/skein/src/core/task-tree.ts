import { Future } from './future.ts';
import { getRunningLoop } from './running-loop.ts';
import type { EventLoop } from './event-loop.ts';
import { Task } from './task.ts';
import { describeWait, waitsOf } from './waits.ts';

/**
 * The tasks of a loop that are not done, as a tree: below each what it waits for. At the top stand
 * those that no other task awaits. A task that is awaited by several is shown in full once; of what
 * waits for each other in a row, the first 200.
 *
 *     Task-1
 *     └── <GatheringFuture pending>
 *         ├── fetch
 *         │   └── <Semaphore locked waiting=1>
 *         └── parse (ready)
 *
 * Thread        the thread of the loop
 *
 * @param loop - by default the one that runs
 * @throws {RuntimeError} when no loop is given and none runs
 * @see CPython 3.14 Lib/asyncio/tools.py, build_async_tree, which is `python -m asyncio pstree`
 */
export function formatTaskTree(loop: EventLoop = getRunningLoop()): string {
  const tasks = [...loop.scheduler.tasks];
  const tree = new TaskTree(loop.scheduler.currentTask);
  const awaited = new Set<unknown>();
  for (const task of tasks) tree.collectBelow(task, awaited);
  for (const task of tasks) if (!awaited.has(task)) tree.write(task, '', '');
  // What is left is awaited, and by none that stands in the tree: they wait for each other.
  for (const task of tasks) if (!tree.hasWritten(task)) tree.write(task, '', '');
  return tree.lines.join('\n');
}

/** How many that wait for each other are shown. A row that is longer would be wide, not clear. */
const MOST_DEEP = 200;

class TaskTree {
  readonly lines: string[] = [];
  readonly #running: Task<unknown> | null;
  readonly #written: Set<unknown> = new Set();
  readonly #path: Set<unknown> = new Set();

  constructor(running: Task<unknown> | null) {
    this.#running = running;
  }

  hasWritten(task: Task<unknown>): boolean {
    return this.#written.has(task);
  }

  /** Adds what `task` waits for, through futures that are no tasks. */
  collectBelow(task: Task<unknown>, found: Set<unknown>): void {
    const open: unknown[] = [task];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const each of this.#below(next)) {
        if (found.has(each)) continue;
        found.add(each);
        if (!(each instanceof Task)) open.push(each);
      }
    }
  }

  write(node: unknown, head: string, indent: string): void {
    const below = this.#below(node);
    const isCycle = this.#path.has(node);
    const isShown = below.length > 0 && this.#written.has(node);
    this.#written.add(node);
    const mark = isCycle ? ' (cycle)' : isShown ? ' (see above)' : '';
    this.lines.push(`${head}${this.#nameOf(node, below)}${mark}`);
    if (isCycle || isShown) return;
    if (this.#path.size === MOST_DEEP) {
      if (below.length > 0) this.lines.push(`${indent}└── ...`);
      return;
    }
    this.#path.add(node);
    for (const [i, each] of below.entries()) {
      const isLast = i === below.length - 1;
      this.write(
        each,
        `${indent}${isLast ? '└── ' : '├── '}`,
        `${indent}${isLast ? '    ' : '│   '}`,
      );
    }
    this.#path.delete(node);
  }

  #below(node: unknown): unknown[] {
    return node instanceof Future && node !== this.#running ? [...waitsOf(node)] : [];
  }

  #nameOf(node: unknown, below: readonly unknown[]): string {
    if (!(node instanceof Task)) return describeWait(node);
    if (below.length > 0) return node.getName();
    return `${node.getName()} ${node === this.#running ? '(running)' : '(ready)'}`;
  }
}
