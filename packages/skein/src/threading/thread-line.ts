/**
 * Where the tasks of this thread, and the thread itself, wait for others to change something in shared
 * memory: who waits for one lock, or for an item of one queue, stands in one line.
 *
 * ```
 *   other threads              this thread
 *   WaitingThreads ──ring──▶ mailbox ──▶ line ──▶ the first of each loop looks ──▶ goes on, wakes the next
 *                                          │                      └─────────────▶ waits again, as the first
 *                                          └────▶ the call that blocks the thread looks
 * ```
 *
 * Nothing is ever given to one who waits: he is woken, and takes for himself when he runs. So nothing is
 * lost with a task that is cancelled on its way, a loop that is stopped or closed, or a thread that dies.
 *
 * The tasks of one loop go in the order in which they came. Between loops and between threads nobody
 * has a right to be the next; a lock sees to it that nobody waits for ever (`lock-word.ts`).
 *
 * Others rely on a thread that sleeps in a call that waits here, and on nobody else (`waiting-threads.ts`): only of
 * that is it known that it looks when it is woken.
 *
 * Lines exist while somebody stands in them. What is waited for has a number, since a thread may have
 * several objects of the same thing.
 */
import type { EventLoop } from '../core/event-loop.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import type { Sleeper } from '../shared/mailbox.ts';
import { CROWDED, type WaitingThreads } from '../shared/waiting-threads.ts';
import { type Member, Row } from './row.ts';

/** Something in shared memory that can be waited for. */
export interface Awaited {
  /** A number that this and nothing else has in all threads (`keyOf`). */
  readonly key: number;
  readonly waiting: WaitingThreads;
  /** Whether a change is of use to all who wait, and not to one. */
  readonly isForAll: boolean;
  /** One in this thread has given up: rings another thread if that could go on. */
  passOn(): void;
  toString(): string;
}

/** A thing has so many numbers, for what can be waited for of it. */
const KEYS = 4;

/** The number of what can be waited for of a thing. */
export const keyOf = (ident: number, nth = 0): number => ident * KEYS + nth;

/** A task, or somebody who awaits without a loop. */
export interface Waiter extends Member {
  /** Null when there is none. */
  readonly loop: EventLoop | null;
  /** Has it look, if it has not been told so already. */
  wake(): void;
}

/** A call that blocks the thread. */
export interface Call extends Sleeper {
  /** It shall look. */
  isWoken: boolean;
}

const lines = new Map<number, Line>();
/** Loops of which it is known when they are closed. */
const known = new WeakSet<EventLoop>();

export class Line {
  readonly #thread: ThisThread;
  readonly #awaited: Awaited;
  /** Those of each loop in their order. */
  readonly #tasks = new Map<EventLoop | null, Row<Waiter>>();
  readonly #calls = new Set<Call>();
  #place = CROWDED;

  /** Whether somebody in this thread waits for it. */
  static isThereFor(awaited: Awaited): boolean {
    return lines.has(awaited.key);
  }

  /** The line for something in this thread, which begins when there is none. */
  static of(awaited: Awaited): Line {
    let line = lines.get(awaited.key);
    if (line === undefined) {
      line = new Line(thisThread(), awaited);
      lines.set(awaited.key, line);
    }
    return line;
  }

  private constructor(thread: ThisThread, awaited: Awaited) {
    this.#thread = thread;
    this.#awaited = awaited;
    watch(thread);
    this.#place = awaited.waiting.enter(thread.address.ident);
  }

  /** To the end of the line of its loop. Look whether there is something to wait for after this. */
  enter(waiter: Waiter): void {
    const { loop } = waiter;
    let tasks = this.#tasks.get(loop);
    if (tasks === undefined) {
      tasks = new Row();
      this.#tasks.set(loop, tasks);
    }
    tasks.push(waiter);
    if (loop !== null) hearOfClose(loop);
    this.#count(loop, 1);
    if (isTurnedByNode(loop)) this.#thread.awaitMail();
  }

  /** Whether it is this one's turn. */
  isFirst(waiter: Waiter): boolean {
    if (this.#awaited.isForAll) return true;
    return this.#tasks.get(waiter.loop)?.first === waiter;
  }

  /** @param hasDone - whether it goes because it could do what it waited for */
  leave(waiter: Waiter, hasDone: boolean): void {
    const { loop } = waiter;
    const tasks = this.#tasks.get(loop);
    if (tasks === undefined) return; // its loop is closed, and it was forgotten
    tasks.remove(waiter);
    this.#count(loop, -1);
    if (!this.#awaited.isForAll) tasks.first?.wake();
    if (tasks.size === 0) this.#tasks.delete(loop);
    this.#end(hasDone);
  }

  /** The loop is closed: its tasks never go on. */
  forget(loop: EventLoop): void {
    const tasks = this.#tasks.get(loop);
    if (tasks === undefined) return;
    this.#tasks.delete(loop);
    this.#count(loop, -tasks.size);
    this.#end(false);
  }

  /** The thread is about to block for this. */
  beginCall(): Call {
    const { waiting } = this.#awaited;
    const call: Call = {
      isWoken: true,
      sleeps: () => waiting.setSure(this.#place, true),
      wakes: () => waiting.setSure(this.#place, false),
    };
    this.#calls.add(call);
    this.#thread.mailbox.waits++;
    return call;
  }

  /** @param hasDone - whether it goes because it could do what it waited for */
  endCall(call: Call, hasDone: boolean): void {
    this.#calls.delete(call);
    this.#thread.mailbox.waits--;
    this.#wakeTasks(); // perhaps they were rung meanwhile, too
    this.#end(hasDone);
  }

  /** Others may have changed something. */
  look(isForSure: boolean): void {
    if (!this.#awaited.waiting.wasRung(this.#place) && !isForSure) return;
    if (this.#place === CROWDED)
      this.#place = this.#awaited.waiting.enter(this.#thread.address.ident);
    for (const call of this.#calls) call.isWoken = true;
    this.#wakeTasks();
  }

  #wakeTasks(): void {
    const { isForAll } = this.#awaited;
    for (const { first } of this.#tasks.values()) {
      for (let task = first; task !== null; task = isForAll ? task.next : null) task.wake();
    }
  }

  /** Somebody has gone. */
  #end(hasDone: boolean): void {
    if (this.#calls.size === 0 && this.#tasks.size === 0) {
      lines.delete(this.#awaited.key);
      this.#awaited.waiting.leave(this.#place);
    }
    if (!hasDone) this.#awaited.passOn();
    this.#thread.mailWasRead();
  }

  #count(loop: EventLoop | null, more: number): void {
    const { mailbox } = this.#thread;
    mailbox.waits += more;
    if (isTurnedByNode(loop)) mailbox.waitsInNode += more;
  }
}

const isTurnedByNode = (loop: EventLoop | null): boolean =>
  loop === null || loop.scheduler.runsAsyncFunctions;

function hearOfClose(loop: EventLoop): void {
  if (known.has(loop)) return;
  known.add(loop);
  loop.atClose(() => {
    for (const line of lines.values()) line.forget(loop);
  });
}

/** Has this thread hear when it is rung. */
function watch({ mailbox }: ThisThread): void {
  mailbox.onRing ??= (hasDied) => {
    for (const line of lines.values()) line.look(hasDied);
  };
}
