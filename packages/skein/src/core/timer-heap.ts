import type { Context } from './context.ts';
import { Handle, type Callback } from './handle.ts';
import type { EventLoop } from './event-loop.ts';

/*
 * The timers of one loop: a binary heap, the next one on top.
 *
 * The typical timer is a timeout: set, and cancelled long before it is due. So cancelling only
 * counts; the entry stays in the heap until it comes to the top or until more than half of the heap
 * is cancelled, and then one pass takes all of them out. Set and cancel are constant on average.
 *
 * Invariants
 *   1. items[i] is not due before items[(i - 1) >> 1]; equal times keep the order of registration.
 *   2. #cancelled = number of cancelled entries in `items`.
 *   3. A timer knows its heap exactly as long as it is in it.
 *
 * Differs: CPython sweeps once per turn of the loop, we sweep when the last cancel tips the scale,
 * so that a long callback that sets a million timeouts holds no more than a few hundred; and its
 * equal times come in any order, ours in the order of registration.
 *
 * @see CPython 3.14 Lib/asyncio/base_events.py, _run_once and _timer_handle_cancelled
 */

/** Below this many entries cancelled timers are not worth a pass. */
const MIN_SWEEP_LENGTH = 100;

/**
 * A callback that waits for a moment, as `callLater` and `callAt` return it.
 *
 * @see CPython 3.14 Lib/asyncio/events.py, TimerHandle
 */
export class TimerHandle extends Handle {
  readonly #when: number;
  readonly #order: number;
  #heap: TimerHeap | null;

  constructor(
    loop: EventLoop,
    heap: TimerHeap,
    when: number,
    order: number,
    callback: Callback,
    args: readonly unknown[],
    context: Context | null,
  ) {
    super(loop, callback, args, context);
    this.#when = when;
    this.#order = order;
    this.#heap = heap;
  }

  /** The moment at which the callback is due, in milliseconds of `loop.time()`. */
  when(): number {
    return this.#when;
  }

  override cancel(): void {
    if (this.cancelled()) return;
    super.cancel();
    this.#heap?.noteCancelled();
  }

  /** Tells the timer that it is not in its heap any more. */
  leaveHeap(): void {
    this.#heap = null;
  }

  /** Whether `a` is due before `b`. */
  static precedes(a: TimerHandle, b: TimerHandle): boolean {
    return a.#when < b.#when || (a.#when === b.#when && a.#order < b.#order);
  }
}

export class TimerHeap {
  #items: TimerHandle[] = [];
  #cancelled: number = 0;
  #added: number = 0;
  readonly #onLastCancelled: () => void;

  /** @param onLastCancelled - called when a cancel leaves no timer that will still run */
  constructor(onLastCancelled: () => void) {
    this.#onLastCancelled = onLastCancelled;
  }

  /** Whether there is no entry, not even a cancelled one. */
  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** How many timers will still run. */
  get live(): number {
    return this.#items.length - this.#cancelled;
  }

  add(
    loop: EventLoop,
    when: number,
    callback: Callback,
    args: readonly unknown[],
    context: Context | null,
  ): TimerHandle {
    const timer = new TimerHandle(loop, this, when, this.#added++, callback, args, context);
    this.#siftUp(timer, this.#items.length);
    return timer;
  }

  /** The timer that is due next, or undefined. Throws away cancelled ones above it. */
  peek(): TimerHandle | undefined {
    while (this.#items.length > 0) {
      const top = this.#items[0] as TimerHandle;
      if (!top.cancelled()) return top;
      this.#cancelled--;
      this.#removeTop();
    }
    return undefined;
  }

  /** Takes out the timer that is due next. Only after `peek` found one. */
  pop(): TimerHandle {
    return this.#removeTop();
  }

  clear(): void {
    for (const timer of this.#items) timer.leaveHeap();
    this.#items = [];
    this.#cancelled = 0;
  }

  /** One more entry is cancelled. */
  noteCancelled(): void {
    this.#cancelled++;
    const length = this.#items.length;
    if (length > MIN_SWEEP_LENGTH && this.#cancelled * 2 > length) this.#sweep();
    if (this.live === 0) this.#onLastCancelled();
  }

  #sweep(): void {
    const kept: TimerHandle[] = [];
    for (const timer of this.#items) {
      if (timer.cancelled()) timer.leaveHeap();
      else kept.push(timer);
    }
    this.#items = kept;
    this.#cancelled = 0;
    for (let i = (kept.length >> 1) - 1; i >= 0; i--) this.#siftDown(kept[i] as TimerHandle, i);
  }

  #removeTop(): TimerHandle {
    const items = this.#items;
    const top = items[0] as TimerHandle;
    const last = items.pop() as TimerHandle;
    if (items.length > 0) this.#siftDown(last, 0);
    top.leaveHeap();
    return top;
  }

  /** Puts `timer` at `index` or above, where it belongs. */
  #siftUp(timer: TimerHandle, index: number): void {
    const items = this.#items;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = items[above] as TimerHandle;
      if (!TimerHandle.precedes(timer, parent)) break;
      items[index] = parent;
      index = above;
    }
    items[index] = timer;
  }

  /** Puts `timer` at `index` or below, where it belongs. */
  #siftDown(timer: TimerHandle, index: number): void {
    const items = this.#items;
    const length = items.length;
    for (;;) {
      let below = index * 2 + 1;
      if (below >= length) break;
      let child = items[below] as TimerHandle;
      if (below + 1 < length) {
        const right = items[below + 1] as TimerHandle;
        if (TimerHandle.precedes(right, child)) {
          below++;
          child = right;
        }
      }
      if (!TimerHandle.precedes(child, timer)) break;
      items[index] = child;
      index = below;
    }
    items[index] = timer;
  }
}
