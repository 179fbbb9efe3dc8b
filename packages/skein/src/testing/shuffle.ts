import { Future } from '../core/future.ts';
import type { EventLoop } from '../core/event-loop.ts';
import type { Runnable } from '../core/ready-queue.ts';
import { Task } from '../core/task.ts';
import { TimerHandle } from '../core/timer-heap.ts';
import { Random } from './random.ts';

/*
 * What a seed shuffles.
 *
 * A loop runs what is ready first come, first served. Some of that order is promised; the rest is
 * how it happens to come out, and a program that needs it breaks when a step more is taken somewhere.
 * A shuffled loop takes the second kind away: at the beginning of each iteration, of what is ready,
 *
 *     shuffled   the steps of tasks that wait for different things, first steps among them
 *                timers that are due at the same moment
 *                results that have come from executors
 *
 *     kept       callbacks, in the order of callSoon and addDoneCallback
 *                tasks that waited for the same future, in the order in which they came to it
 *                timers of different moments, in the order of time
 *                who comes before whom among the three kinds: each kind shuffles among its places
 *
 * Locks and queues stay fair: their order is kept by their own wait queues. An async function goes
 * on in a callback, so that of async functions only the first steps and the ends are shuffled.
 */

/** Has the loop shuffle what asyncio leaves unordered. */
export function shuffleReady(loop: EventLoop, seed: number): void {
  const random = new Random(seed);
  loop.scheduler.reorder = (entries) => {
    if (entries.length < 2) return;
    shuffleKind(entries, random, (entry) => (entry instanceof Task ? reasonOf(entry) : undefined));
    shuffleKind(entries, random, (entry) => (isOutcome(entry) ? entry : undefined));
    shuffleTimers(entries, random);
  };
}

const reasonOf = (task: Task<unknown>): object => task.getWaiter() ?? task;

const isOutcome = (entry: Runnable): boolean => entry instanceof Future && !(entry instanceof Task);

/**
 * Shuffles the entries that have a reason among their places; those with the same one keep their
 * order.
 */
function shuffleKind(
  entries: Runnable[],
  random: Random,
  reasonFor: (entry: Runnable) => object | undefined,
): void {
  const places: number[] = [];
  const reasons: object[] = [];
  const queues = new Map<object, Runnable[]>();
  for (const [place, entry] of entries.entries()) {
    const reason = reasonFor(entry);
    if (reason === undefined) continue;
    places.push(place);
    reasons.push(reason);
    const queue = queues.get(reason);
    if (queue === undefined) queues.set(reason, [entry]);
    else queue.push(entry);
  }
  if (queues.size < 2) return;
  random.shuffle(reasons);
  for (const [nth, place] of places.entries()) {
    entries[place] = queues.get(reasons[nth] as object)?.shift() as Runnable;
  }
}

/** The timers are the last of the entries, in the order of time. */
function shuffleTimers(entries: Runnable[], random: Random): void {
  let end = entries.length;
  while (end > 0) {
    const last = entries[end - 1];
    if (!(last instanceof TimerHandle)) return;
    let begin = end - 1;
    while (begin > 0 && isDueWith(entries[begin - 1] as Runnable, last)) begin--;
    const together = entries.slice(begin, end);
    random.shuffle(together);
    entries.splice(begin, together.length, ...together);
    end = begin;
  }
}

const isDueWith = (entry: Runnable, timer: TimerHandle): boolean =>
  entry instanceof TimerHandle && entry.when() === timer.when();
