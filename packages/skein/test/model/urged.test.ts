/**
 * Jobs that are put in front, under every interleaving: a job that waits has two places then, and is done once.
 * Its owner uses the slot again while an old entry of it is still in one of the rings.
 */
import { describe, test } from 'node:test';
import type { Change } from './copy.ts';
import { type Model, repeat, Status } from './explorer.ts';
import { explores, findsFault } from './report.ts';
import { compareExchange, load, store } from './scheduled-atomics.ts';
import { OTHER, smallMemory, WORKER } from './small-memory.ts';

const words = new Int32Array(0);

/** @param slots - that are submitted, one after the other, each when it is free; 0 is put in front as well */
async function urgedModel(
  slots: readonly number[],
  changes: readonly Change[] = [],
): Promise<Model> {
  const { layout, memory, pool, slotWord, nameOf, ...small } = await smallMemory(changes);
  const { Phase, SLOT, slotState } = layout;
  // A queue remembers where it saw the head: each call has one of its own.
  const newQueue = (): typeof pool.queue =>
    new (pool.constructor as new (...args: unknown[]) => typeof pool)(memory, 0).queue;
  const state = (slot: number): number => slotWord(slot, SLOT.state);
  const claim = (entry: number) => ({
    name: 'claim',
    run: () => {
      const slot = newQueue().claim(slotState(Phase.running, entry), () => 0);
      if (slot >= 0) store(words, state(slot), Phase.free);
      return slot;
    },
  });
  return {
    words: small.words,
    begin: small.begin,
    threads: [
      {
        name: 'owner',
        calls: slots.map((slot) => ({
          name: `submit slot ${slot}`,
          when: (view) => view.memory[state(slot)] === Phase.free,
          run: () => {
            store(words, state(slot), pool.queued);
            const queue = newQueue();
            if (queue.push(slot)) {
              if (slot === 0 && load(words, state(slot)) === pool.queued) queue.urge(slot);
              return true;
            }
            return compareExchange(words, state(slot), pool.queued, Phase.free) !== pool.queued;
          },
        })),
      },
      { name: 'worker 1', calls: repeat(claim(WORKER), 2) },
      { name: 'worker 2', calls: repeat(claim(OTHER), 1) },
      {
        name: 'collector',
        calls: repeat(
          {
            ...claim(WORKER),
            when: ({ threads }) => threads.slice(0, 3).every((each) => each.status === Status.done),
          },
          slots.length + 1,
        ),
      },
    ],
    longestCall: 200,
    atEnd: ({ threads }) => {
      const [owner, ...workers] = threads;
      if (owner?.status !== Status.done) return undefined; // its slot was not free again
      const pushed = owner.results.filter((result) => result === true).length;
      const done = workers.flatMap(({ results }) => results).filter((slot) => Number(slot) >= 0);
      if (done.length < pushed) return 'a job is lost';
      return done.length > pushed ? 'a job was done twice' : undefined;
    },
    nameOf,
  };
}

describe('a job that is put in front is done once', () => {
  test('by whom ever', async (t) => explores(t, await urgedModel([0]), 4));
  test('and the slot is used again', async (t) => explores(t, await urgedModel([0, 0]), 2));
  test('beside another one', async (t) => explores(t, await urgedModel([0, 1]), 2));
});

describe('a broken copy is found out when', () => {
  test('what is put in front is taken by looking and then writing', async (t) => {
    const change: Change = {
      file: 'shared/task-ring.js',
      from: 'const won = compareExchange(words, state, queued, running) === queued;',
      to: 'const won = load(words, state) === queued && (compareExchange(words, state, load(words, state), running), true);',
    };
    findsFault(t, await urgedModel([0], [change]), /done twice/);
  });
  test('who finds nothing in front looks no further', async (t) => {
    const change: Change = {
      file: 'shared/pool-queue.js',
      from: 'if (levels === URGED)\n                return this.main.claim(this.#queued, running);',
      to: 'if (levels === URGED)\n                return -1;',
    };
    findsFault(t, await urgedModel([0, 1], [change]), /lost/);
  });
});
