/**
 * Parking under every interleaving. The sleeper and the wakers do what the drawing in the header of
 * parking.ts says; the thing that a waker has for the sleeper is one bit of a word.
 */
import { describe, test } from 'node:test';
import { type Change, importCopy } from './copy.ts';
import { type Call, type Model, Status, type ThreadModel, type View, repeat } from './explorer.ts';
import { explores, findsFault } from './report.ts';
import { exchange, load, or } from './scheduled-atomics.ts';

const FILE = 'shared/parking.js';
const PARKER = 0;
const THINGS = 1;
const words = new Int32Array(0);

interface Scenario {
  readonly wakers: number;
  /** How many of the wakers may die. */
  readonly deaths?: number;
  /** Planted in the steps of the sleeper or of the wakers. */
  readonly fault?: 'announces after looking' | 'looks before putting';
}

async function parkingModel(scenario: Scenario, changes: readonly Change[] = []): Promise<Model> {
  const [parking] = (await importCopy([FILE], changes)) as [
    typeof import('../../dist/shared/parking.js'),
  ];
  const everything = (1 << scenario.wakers) - 1;
  const { fault } = scenario;

  /** One turn of a loop that parks: looks, sleeps if there is nothing, takes what there is. */
  const park: Call = {
    name: 'park',
    // Once it has all there will be, there is nothing to sleep for.
    when: ({ threads }) => got(threads[0]?.results) !== everything,
    run: () => {
      if (fault !== 'announces after looking') parking.announce(words, PARKER);
      const isThere = load(words, THINGS) !== 0;
      if (fault === 'announces after looking') parking.announce(words, PARKER);
      if (isThere) parking.stayAwake(words, PARKER);
      else parking.sleep(words, PARKER, Infinity);
      return exchange(words, THINGS, 0);
    },
  };
  const wake = (bit: number): Call => ({
    name: 'put and wake',
    run: () => {
      if (fault !== 'looks before putting') or(words, THINGS, bit);
      const woke = parking.unpark(words, PARKER);
      if (fault === 'looks before putting') or(words, THINGS, bit);
      return woke;
    },
  });
  const threads: ThreadModel[] = [
    { name: 'sleeper', calls: repeat(park, 2 * scenario.wakers + 2) },
  ];
  for (let nth = 0; nth < scenario.wakers; nth++) {
    threads.push({ name: `waker ${nth + 1}`, calls: [wake(1 << nth)], mayDie: true });
  }
  const hasDied = (view: View): boolean =>
    view.threads.some(({ status }) => status === Status.dead);
  return {
    words: 2,
    threads,
    deaths: scenario.deaths ?? 0,
    mayTimeOut: (view) => hasDied(view) && isStill(view),
    atEnd: ({ memory, threads: [sleeper] }) => {
      if (sleeper?.status !== Status.asleep) return undefined;
      if (memory[THINGS] !== 0)
        return 'the sleeper is asleep, there is something for it, and nobody will wake it';
      return got(sleeper.results) === everything ? 'the sleeper sleeps for nothing' : undefined;
    },
    nameOf: (at) => (at === PARKER ? 'parker' : 'things'),
  };
}

/** Whether nobody but the sleeper has anything left to do: then the slice runs out. */
const isStill = ({ threads }: View): boolean =>
  threads.slice(1).every(({ status }) => status === Status.done || status === Status.dead);

const got = (results: readonly unknown[] = []): number =>
  (results as number[]).reduce((all, each) => all | each, 0);

const scenarios: readonly [string, Scenario][] = [
  ['a sleeper and a waker', { wakers: 1 }],
  ['a sleeper and two wakers', { wakers: 2 }],
  ['a sleeper and three wakers', { wakers: 3 }],
  [
    'a waker dies before any of its steps: a slice is lost and nothing else',
    { wakers: 2, deaths: 1 },
  ],
  ['both wakers die', { wakers: 2, deaths: 2 }],
];

describe('parking', () => {
  for (const [title, scenario] of scenarios) {
    test(title, async (t) => explores(t, await parkingModel(scenario)));
  }
});

interface Fault {
  readonly title: string;
  readonly scenario: Scenario;
  readonly from?: string;
  readonly to?: string;
}

const faults: readonly Fault[] = [
  {
    title: 'the sleeper announces after looking',
    scenario: { wakers: 1, fault: 'announces after looking' },
  },
  {
    title: 'the waker looks before putting',
    scenario: { wakers: 1, fault: 'looks before putting' },
  },
  {
    title: 'nobody is notified',
    scenario: { wakers: 1 },
    from: 'notifyAll(words, parker);',
    to: '',
  },
  {
    title: 'the sleeper is notified while its word still says parked',
    scenario: { wakers: 1 },
    from: 'if (compareExchange(words, parker, Parker.parked, Parker.awake) !== Parker.parked)\n        return false;',
    to: '',
  },
  {
    title: 'the waker notifies before it says awake',
    scenario: { wakers: 1 },
    from: 'if (compareExchange(words, parker, Parker.parked, Parker.awake) !== Parker.parked)\n        return false;\n    notifyAll(words, parker);',
    to: 'notifyAll(words, parker);\n    if (compareExchange(words, parker, Parker.parked, Parker.awake) !== Parker.parked)\n        return false;',
  },
];

describe('broken parking is found out when', () => {
  for (const { title, scenario, from = '', to = '' } of faults) {
    const changes = from === '' ? [] : [{ file: FILE, from, to }];
    test(title, async (t) => findsFault(t, await parkingModel(scenario, changes), /asleep/));
  }
});
