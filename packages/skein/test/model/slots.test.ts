/**
 * How threads take chunks of slots, under every interleaving: two chunks that nobody has and one of
 * a dead thread, in which a worker still has a slot in its hands.
 */
import { describe, test } from 'node:test';
import { type Change, importCopy } from './copy.ts';
import type { Call, Model, View } from './explorer.ts';
import { explores, findsFault } from './report.ts';
import { store } from './scheduled-atomics.ts';

const [LAYOUT, SLOTS] = ['shared/layout.js', 'shared/slots.js'];
const number = (name: string, from: string, to: number): Change => ({
  file: LAYOUT,
  from: `export const ${name} = ${from};`,
  to: `export const ${name} = ${to};`,
});
const SMALLER: readonly Change[] = [
  number('THREADS', '1024', 0),
  number('CHUNKS', '2048', 3),
  number('SLOTS_PER_CHUNK', '32', 1),
  number('LOOPS', '1024', 0),
  number('FUNCTIONS', '4096', 0),
  number('PAGES', '262_144', 0),
  number('POOLS', '256', 0),
];
const words = new Int32Array(0);
const ORPHAN_SLOT = 0;

async function slotsModel(changes: readonly Change[] = []): Promise<Model> {
  const [layout, { SlotAllocator }] = (await importCopy(
    [LAYOUT, SLOTS],
    [...SMALLER, ...changes],
  )) as [typeof import('../../dist/shared/layout.js'), typeof import('../../dist/shared/slots.js')];
  const { SLOT, Phase, ORPHAN, chunkAt, slotAt, phaseOf } = layout;
  const state = (slot: number): number => slotAt(slot) + SLOT.state;
  const taker = (ident: number): { name: string; calls: Call[] } => ({
    name: `thread ${ident}`,
    calls: [
      {
        name: 'take two',
        run: () => {
          const allocator = new SlotAllocator(words, ident);
          return [allocator.take(), allocator.take()];
        },
      },
    ],
  });
  const judge = ({ threads, memory }: View): string | undefined => {
    const taken = threads
      .slice(0, 2)
      .flatMap(({ results }) => results[0] as number[])
      .filter((slot) => slot >= 0);
    if (new Set(taken).size < taken.length)
      return `two threads have the same slot: ${taken.join()}`;
    const lost = taken.find((slot) => phaseOf(memory[state(slot)] as number) !== Phase.writing);
    return lost === undefined ? undefined : `slot ${lost} was taken from the thread that has it`;
  };
  return {
    words: layout.MEMORY_BYTES / 4,
    begin: (memory) => {
      memory[chunkAt(ORPHAN_SLOT)] = ORPHAN;
      memory[state(ORPHAN_SLOT)] = Phase.running;
    },
    threads: [
      taker(11),
      taker(12),
      {
        name: 'worker',
        calls: [{ name: 'free', run: () => store(words, state(ORPHAN_SLOT), Phase.free) }],
      },
    ],
    atEnd: judge,
    nameOf: (at) =>
      at >= slotAt(0) ? `word of slot ${at - slotAt(0)}` : `chunk ${at - chunkAt(0)}`,
  };
}

describe('chunks of slots', () => {
  test('two threads take them, and one becomes free', async (t) => explores(t, await slotsModel()));

  const faults: readonly (readonly [string, string, string, RegExp])[] = [
    [
      'takes a chunk by looking and then writing',
      'compareExchange(this.#words, at, owner, this.#ident) !== owner',
      '(store(this.#words, at, this.#ident), false)',
      /the same slot/,
    ],
    [
      'takes a chunk of the dead without a look at its slots',
      'owner === ORPHAN && this.#isUnused(chunk)',
      'owner === ORPHAN',
      /taken from|does not end/, // the second look, after winning, finds it out and begins again
    ],
  ];
  for (const [title, from, to, complaint] of faults) {
    test(`a broken copy is found out that ${title}`, async (t) => {
      findsFault(t, await slotsModel([{ file: SLOTS, from, to }]), complaint);
    });
  }
});
