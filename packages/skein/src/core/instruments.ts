import { repr } from './repr.ts';
import type { EventLoop } from './event-loop.ts';
import type { Future } from './future.ts';
import type { Task } from './task.ts';

/*
 * How to look into a running program.
 *
 * The core calls the instruments at every event that a monitor, a tracer or a test wants to know.
 * As long as there is none, an event costs one comparison with null.
 *
 * An instrument is called in the middle of things: it looks and takes notes; it must not throw, must
 * not suspend, and must not touch what it is told about.
 */

/** Whatever of these an instrument has is called; all other events pass it by. */
export interface Instrument {
  taskCreated?(task: Task<unknown>): void;
  stepBegan?(task: Task<unknown>): void;
  stepEnded?(task: Task<unknown>): void;
  /** The task suspends until `future` is done; undefined stands for "until the next iteration". */
  waitsFor?(task: Task<unknown>, future: Future<unknown> | undefined): void;
  /** What the task waited for is done; it runs in the next iteration. */
  woken?(task: Task<unknown>): void;
  taskDone?(task: Task<unknown>): void;
  /** The loop begins to wait for an event, at most `timeoutMs`. */
  loopIdle?(loop: EventLoop, timeoutMs: number): void;
  /** The loop has stopped waiting. */
  loopBusy?(loop: EventLoop): void;
}

/** Who listens in this thread: null when nobody does. */
export let instrument: Required<Instrument> | null = null;

const instruments = new Set<Instrument>();

/** Lets `added` hear of every event of the loops of this thread. */
export function addInstrument(added: Instrument): void {
  if (typeof added !== 'object' || (added as Instrument | null) === null) {
    throw new TypeError(
      `addInstrument() takes an object with methods such as taskCreated(task), got ${repr(added)}`,
    );
  }
  instruments.add(added);
  instrument = everybody;
}

/** Ends what `addInstrument` began. */
export function removeInstrument(removed: Instrument): void {
  instruments.delete(removed);
  if (instruments.size === 0) instrument = null;
}

const everybody: Required<Instrument> = {
  taskCreated: (task) => {
    for (const each of instruments) each.taskCreated?.(task);
  },
  stepBegan: (task) => {
    for (const each of instruments) each.stepBegan?.(task);
  },
  stepEnded: (task) => {
    for (const each of instruments) each.stepEnded?.(task);
  },
  waitsFor: (task, future) => {
    for (const each of instruments) each.waitsFor?.(task, future);
  },
  woken: (task) => {
    for (const each of instruments) each.woken?.(task);
  },
  taskDone: (task) => {
    for (const each of instruments) each.taskDone?.(task);
  },
  loopIdle: (loop, timeoutMs) => {
    for (const each of instruments) each.loopIdle?.(loop, timeoutMs);
  },
  loopBusy: (loop) => {
    for (const each of instruments) each.loopBusy?.(loop);
  },
};
