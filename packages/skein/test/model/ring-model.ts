/**
 * Models of the task ring: who pushes what, who claims, who dies.
 *
 * Memory: head, tail, the entries, one state word per slot. Slots belong to submitters as in the
 * executor: a submitter sets its slot to `queued` and pushes it; a worker claims; `finish` stands
 * for all that comes after (the outcome, its delivery, the owner's release) and frees the slot. When
 * all others are through or dead, a collector claims what is left.
 */
import { Phase, slotState } from '../../dist/shared/layout.js';
import type { TaskRing } from '../../dist/shared/task-ring.js';
import { type Change, importCopy } from './copy.ts';
import {
  type Call,
  type Model,
  Status,
  type ThreadModel,
  type ThreadState,
  type View,
  repeat,
} from './explorer.ts';
import { ENTRIES, HEAD, QUEUED, RingObserver, TAIL } from './ring-observer.ts';
import { pushWith } from './ring-pusher.ts';
import { compareExchange, store } from './scheduled-atomics.ts';

const FILE = 'shared/task-ring.js';

/** Text of the ring's file that a planted fault replaces. */
export const inRing = (from: string, to: string): Change => ({ file: FILE, from, to });

export interface RingScenario {
  readonly capacity: number;
  /** Slots that each submitter pushes, in this order. A slot may come again once it is free. */
  readonly submitters: readonly (readonly Submission[])[];
  /** How often each worker claims. */
  readonly workers: readonly number[];
  /** How often each of those takes who look first and then take (`NestedWork`). */
  readonly lookers?: readonly number[];
  readonly deaths?: 'submitters' | 'workers';
  /** Position at which the ring begins: near 2³² and a round's end, to see it wrap around. */
  readonly startAt?: number;
}

/** A slot to push; with `cancel`, taken back right after. */
export type Submission = number | { readonly slot: number; readonly cancel: true };

/** A model of the ring as it is built, or of a copy with a fault. */
export async function ringModel(
  scenario: RingScenario,
  changes: readonly Change[] = [],
): Promise<Model> {
  const [module] = (await importCopy([FILE], changes)) as [
    typeof import('../../dist/shared/task-ring.js'),
  ];
  const { capacity, submitters, workers, lookers = [], startAt = 0 } = scenario;
  const slots = 1 + Math.max(...submitters.flat().map(slotOf));
  const states = ENTRIES + capacity;
  const ring = new module.TaskRing({
    words: new Int32Array(0),
    head: HEAD,
    tail: TAIL,
    entries: ENTRIES,
    capacity,
    states,
    stateStride: 1,
  });
  const threads: ThreadModel[] = [
    ...submitters.map((submissions, index) => ({
      name: `submitter ${index + 1}`,
      calls: submissions.flatMap((submission) => submitCalls(ring, states, submission)),
      mayDie: scenario.deaths === 'submitters',
    })),
    ...workers.map((claims, index) => ({
      name: `worker ${index + 1}`,
      calls: Array.from({ length: claims }, () => claimCall(ring, states, index + 1)),
      mayDie: scenario.deaths === 'workers',
    })),
  ];
  for (const [index, takes] of lookers.entries()) {
    const call = claimCall(ring, states, workers.length + index + 1, true);
    threads.push({ name: `looker ${index + 1}`, calls: repeat(call, takes) });
  }
  const others = threads.slice();
  const collector = { ...claimCall(ring, states, others.length + 1), when: areOver(others) };
  const most = submitters.flat().length + 1;
  threads.push({ name: 'collector', calls: repeat(collector, most) });
  const plan = { capacity, startAt, slots, submitters: submitters.length, threads };
  const isReused = new Set(submitters.flat().map(slotOf)).size < submitters.flat().length;
  const observer = new RingObserver(plan, !isReused);
  return {
    words: states + slots,
    begin: (memory) => startRing(memory, capacity, startAt),
    threads,
    deaths: scenario.deaths === undefined ? 0 : 1,
    observe: (event, view) => observer.observe(event, view),
    atEnd: (view) => observer.atEnd(view),
    nameOf: (at) => nameOf(at, capacity),
  };
}

const slotOf = (submission: Submission): number =>
  typeof submission === 'number' ? submission : submission.slot;

/** What `ThreadPoolExecutor` does to submit. Result: whether the job is under way. */
function submitCalls(ring: TaskRing, states: number, submission: Submission): Call[] {
  const slot = slotOf(submission);
  const at = states + slot;
  const words = new Int32Array(0);
  const push: Call = {
    name: `push slot ${slot}`,
    when: ({ memory }) => memory[at] === Phase.free,
    run: (results) =>
      pushWith(ring, results, () => {
        store(words, at, QUEUED);
        return ring.push(slot) || compareExchange(words, at, QUEUED, Phase.free) !== QUEUED;
      }),
  };
  if (typeof submission === 'number') return [push];
  const cancel: Call = {
    name: `cancel slot ${slot}`,
    run: () => compareExchange(words, at, QUEUED, Phase.free) === QUEUED,
  };
  return [push, cancel];
}

function claimCall(ring: TaskRing, states: number, worker: number, looks = false): Call {
  const running = slotState(Phase.running, worker);
  const words = new Int32Array(0);
  const lookAndTake = (): number => {
    for (;;) {
      const slot = ring.first(QUEUED);
      if (slot < 0) return slot;
      if (compareExchange(words, states + slot, QUEUED, running) === QUEUED) return slot;
    }
  };
  return {
    name: 'claim',
    run: () => {
      const slot = looks ? lookAndTake() : ring.claim(QUEUED, running);
      if (slot >= 0) store(words, states + slot, Phase.free);
      return slot;
    },
  };
}

/** Whether these threads have nothing more to do, or cannot: dead, or waiting for a slot. */
const areOver =
  (models: readonly ThreadModel[]) =>
  (view: View): boolean =>
    models.every(({ calls }, index) => {
      const { status, call, log } = view.threads[index] as ThreadState;
      if (status === Status.done || status === Status.dead) return true;
      return log.length === 0 && calls[call]?.when?.(view) === false;
    });

/** As it is after `startAt` pushes and claims. */
function startRing(memory: Int32Array, capacity: number, startAt: number): void {
  memory[HEAD] = startAt;
  memory[TAIL] = startAt;
  const shift = Math.log2(capacity);
  for (let index = 0; index < capacity; index++) {
    const rounds = (startAt >>> shift) + (index < (startAt & (capacity - 1)) ? 1 : 0);
    memory[ENTRIES + index] = (rounds & 0xffff) << 16;
  }
}

function nameOf(at: number, capacity: number): string {
  if (at === HEAD) return 'head';
  if (at === TAIL) return 'tail';
  return at < ENTRIES + capacity ? `entry ${at - ENTRIES}` : `slot ${at - ENTRIES - capacity}`;
}
