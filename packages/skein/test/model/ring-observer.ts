import { Phase, slotState } from '../../dist/shared/layout.js';
import { hasPushed } from './ring-pusher.ts';
import { type Event, Status, type ThreadModel, type ThreadState, type View } from './explorer.ts';

/** Words of the model: head, tail, the entries, then one state word per slot. */
export const HEAD = 0;
export const TAIL = 1;
export const ENTRIES = 2;
export const QUEUED: number = slotState(Phase.queued, 0);

/** What the observer has to know of a model. */
export interface RingPlan {
  readonly capacity: number;
  readonly startAt: number;
  readonly slots: number;
  /** How many of the threads, the first ones, are submitters. */
  readonly submitters: number;
  readonly threads: readonly ThreadModel[];
}

/*
 * What the observer knows beyond the memory. Each fact is told by the one operation that makes it so.
 *
 *   notes  [0] entries filled so far · [1], [2] a bit per thread: during its call there was a moment
 *          at which the ring was full, was empty · then per slot how often it was taken out of
 *          `queued` · then the slots that are in the ring and not taken, oldest first (only where
 *          order is promised)
 */
const FILLED = 0;
const SAW_FULL = 1;
const SAW_EMPTY = 2;
const TAKEN = 3;

/** Watches a ring at work and says which promise of its header it breaks. */
export class RingObserver {
  readonly #plan: RingPlan;
  /** Word of the first slot's state; index of the first note of the order. */
  readonly #states: number;
  readonly #order: number;
  readonly #isOrdered: boolean;

  /** @param isOrdered - no slot is used twice, so that claims come in the order of the entries */
  constructor(plan: RingPlan, isOrdered: boolean) {
    this.#plan = plan;
    this.#states = ENTRIES + plan.capacity;
    this.#order = TAKEN + plan.slots;
    this.#isOrdered = isOrdered;
  }

  observe(event: Event, { notes, memory }: View): string | undefined {
    while (notes.length < this.#order) notes.push(0);
    const bit = 1 << event.thread;
    if (event.type === 'begin') {
      notes[SAW_FULL] = (notes[SAW_FULL] as number) & ~bit;
      notes[SAW_EMPTY] = (notes[SAW_EMPTY] as number) & ~bit;
      return undefined;
    }
    if (event.type === 'operation') {
      const complaint = this.#follow(event, notes);
      this.#lookAtSize(memory, notes);
      return complaint;
    }
    if (this.#isPush(event) && !hasPushed(event.result) && !((notes[SAW_FULL] as number) & bit)) {
      return 'push has failed, and the ring was never full meanwhile';
    }
    if (event.result === -1 && !((notes[SAW_EMPTY] as number) & bit)) {
      return 'claim has found nothing, and the ring was never empty meanwhile';
    }
    return undefined;
  }

  /** Says what is wrong when nobody goes on: a slot that was taken too often or not at all. */
  atEnd({ threads, notes }: View): string | undefined {
    const pushed = this.#zeros();
    const claimed = this.#zeros();
    const perhaps = this.#zeros(); // pushed, or claimed and not told, by a thread that died
    const isWorkerDead = threads.some(
      ({ status }, index) => status === Status.dead && index >= this.#plan.submitters,
    );
    for (const [index, { calls }] of this.#plan.threads.entries()) {
      const { results, status, call } = threads[index] as ThreadState;
      if (index < this.#plan.submitters) {
        for (const [nth, { name }] of calls.entries()) {
          if (!name.startsWith('push')) continue;
          const slot = Number(name.split(' ').at(-1));
          if (hasPushed(results[nth])) pushed[slot] = (pushed[slot] as number) + 1;
          if (status === Status.dead && nth === call) perhaps[slot] = 1;
        }
      } else {
        for (const slot of results as number[]) {
          if (slot >= 0) claimed[slot] = (claimed[slot] as number) + 1;
        }
      }
    }
    for (let slot = 0; slot < this.#plan.slots; slot++) {
      const taken = notes[TAKEN + slot] ?? 0;
      const excess = taken - (pushed[slot] as number);
      if (excess < 0) return `slot ${slot} was pushed and is lost`;
      if (excess > (perhaps[slot] as number)) return `slot ${slot} was taken without being pushed`;
      if ((claimed[slot] as number) > taken) return `slot ${slot} was claimed twice`;
      if ((claimed[slot] as number) < taken - this.#cancelled(threads, slot) && !isWorkerDead) {
        return `slot ${slot} was claimed and not given to anybody`;
      }
    }
    return undefined;
  }

  /** Counts fillings and takings, and holds takings against the order of the fillings. */
  #follow(event: Event & { type: 'operation' }, notes: number[]): string | undefined {
    const { at, before, after } = event.operation;
    if (at >= ENTRIES && at < this.#states && before !== after) {
      notes[FILLED] = (notes[FILLED] as number) + 1;
      if (this.#isOrdered) notes.push(after & 0xffff);
    }
    if (at < this.#states || before !== QUEUED || after === QUEUED) return undefined;
    if (this.#isPush(event)) return undefined; // taken back: the ring is full
    const slot = at - this.#states;
    notes[TAKEN + slot] = (notes[TAKEN + slot] as number) + 1;
    if (!this.#isOrdered) return undefined;
    const first = notes[this.#order] as number;
    notes.splice(notes.indexOf(slot, this.#order), 1);
    const isClaim = event.thread >= this.#plan.submitters;
    return isClaim && first !== slot ? `slot ${slot} was claimed before slot ${first}` : undefined;
  }

  #lookAtSize(memory: Int32Array, notes: number[]): void {
    const filled = this.#plan.startAt + (notes[FILLED] as number);
    const size = (filled - (memory[HEAD] as number)) | 0;
    if (size >= this.#plan.capacity) notes[SAW_FULL] = -1;
    if (size <= 0) notes[SAW_EMPTY] = -1;
  }

  #isPush({ thread, call }: { thread: number; call: number }): boolean {
    return this.#plan.threads[thread]?.calls[call]?.name.startsWith('push') === true;
  }

  #cancelled(threads: readonly ThreadState[], slot: number): number {
    let count = 0;
    for (const [index, { calls }] of this.#plan.threads.entries()) {
      for (const [nth, { name }] of calls.entries()) {
        if (name !== `cancel slot ${slot}`) continue;
        const thread = threads[index] as ThreadState;
        if (thread.results[nth] === true) count++;
      }
    }
    return count;
  }

  #zeros(): number[] {
    return new Array<number>(this.#plan.slots).fill(0);
  }
}
