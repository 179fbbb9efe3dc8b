/**
 * Whether the ring holds a slot, asked by the keeper about a slot of a dead owner while others push
 * and claim. A wrong no would throw a queued task away.
 */
import { describe, test } from 'node:test';
import { Phase, slotState } from '../../dist/shared/layout.js';
import { type Change, importCopy } from './copy.ts';
import type { Model, Result } from './explorer.ts';
import { explores, findsFault } from './report.ts';
import { pushWith } from './ring-pusher.ts';
import { store } from './scheduled-atomics.ts';

const FILE = 'shared/task-ring.js';
const [HEAD, TAIL, ENTRIES, CAPACITY] = [0, 1, 2, 2];
const STATES = ENTRIES + CAPACITY;
const QUEUED = slotState(Phase.queued, 0);
const words = new Int32Array(0);

/** The ring holds slot 1 and then slot 0, the one that is asked for. Slots 2 and 3 are pushed. */
async function deadOwnerModel(changes: readonly Change[] = []): Promise<Model> {
  const [{ TaskRing }] = (await importCopy([FILE], changes)) as [
    typeof import('../../dist/shared/task-ring.js'),
  ];
  const ring = new TaskRing({
    words,
    head: HEAD,
    tail: TAIL,
    entries: ENTRIES,
    capacity: CAPACITY,
    states: STATES,
    stateStride: 1,
  });
  const push = (slot: number) => ({
    name: `push slot ${slot}`,
    run: (results: readonly Result[]) =>
      pushWith(ring, results, () => {
        store(words, STATES + slot, QUEUED);
        return ring.push(slot);
      }),
  });
  const claim = { name: 'claim', run: () => ring.claim(QUEUED, slotState(Phase.running, 1)) };
  return {
    words: STATES + 4,
    begin: (memory) => {
      memory[TAIL] = 2;
      memory[ENTRIES] = (1 << 16) | 1;
      memory[ENTRIES + 1] = 1 << 16;
      memory[STATES] = QUEUED;
      memory[STATES + 1] = QUEUED;
    },
    threads: [
      { name: 'keeper', calls: [{ name: 'holds slot 0', run: () => ring.holds(0) }] },
      { name: 'worker', calls: [claim, claim] },
      { name: 'submitter', calls: [push(2), push(3)] },
    ],
    observe: (event, { memory }) =>
      event.type === 'end' &&
      event.thread === 0 &&
      event.result === false &&
      memory[STATES] === QUEUED
        ? 'the ring holds the slot and says no'
        : undefined,
    atEnd: () => undefined,
    nameOf: (at) => ['head', 'tail', 'entry 0', 'entry 1'][at] ?? `slot ${at - STATES}`,
  };
}

describe('the slot of a dead owner', () => {
  test('is found in the ring as long as it is queued', async (t) => {
    explores(t, await deadOwnerModel());
  });

  test('a ring that takes an entry of a later round for an empty one is found out', async (t) => {
    const from = 'if (now === head)\n                    return false;';
    findsFault(t, await deadOwnerModel([{ file: FILE, from, to: 'return false;' }]), /says no/);
  });
});
