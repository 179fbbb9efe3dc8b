/**
 * The task ring under every interleaving. Its capacity is a power of two, so the rings here have 2
 * and 4 entries; three tasks in a ring of 4 stand for a ring of 3 slots.
 */
import { describe, test } from 'node:test';
import { explores, findsFault } from './report.ts';
import { inRing, ringModel, type RingScenario } from './ring-model.ts';

const cancelled = (slot: number): { slot: number; cancel: true } => ({ slot, cancel: true });

/** Title, scenario, and the bound on preemptions where the whole is too large. */
const scenarios: readonly [string, RingScenario, number?][] = [
  [
    'two submitters and two workers, a ring of 2',
    { capacity: 2, submitters: [[0], [1]], workers: [1, 1] },
  ],
  [
    'two submitters and two workers, three tasks, a ring of 2: full at times',
    { capacity: 2, submitters: [[0, 1], [2]], workers: [1, 1] },
    3,
  ],
  [
    'two submitters and two workers, three tasks, a ring of 4',
    { capacity: 4, submitters: [[0, 1], [2]], workers: [2, 1] },
    3,
  ],
  [
    'two submitters and two workers, four tasks, a ring of 2',
    {
      capacity: 2,
      submitters: [
        [0, 1],
        [2, 3],
      ],
      workers: [2, 2],
    },
    2,
  ],
  [
    'a full ring and nobody who claims',
    {
      capacity: 2,
      submitters: [
        [0, 1],
        [2, 3],
      ],
      workers: [],
    },
  ],
  [
    'a full ring and one who claims',
    { capacity: 2, submitters: [[0, 1, 2], [3]], workers: [1] },
    4,
  ],
  [
    'a slot is used again and again, over several rounds and the end of the numbers',
    { capacity: 2, submitters: [[0, 0, 0, 0]], workers: [2, 2], startAt: -3 },
  ],
  [
    'two submitters go round the ring, over the end of the numbers',
    { capacity: 2, submitters: [[0, 1, 0, 1], [2]], workers: [3], startAt: -2 },
    3,
  ],
  [
    'cancelled, and the slot used again while its old entry is in the ring',
    { capacity: 2, submitters: [[cancelled(0), 0]], workers: [1, 1] },
  ],
  [
    'cancelled twice and used again, beside another submitter',
    { capacity: 4, submitters: [[cancelled(0), cancelled(0), 0], [1]], workers: [1, 1] },
    2,
  ],
  [
    'a worker dies before any of its steps',
    { capacity: 2, submitters: [[0], [1]], workers: [1, 1], deaths: 'workers' },
  ],
  [
    'a worker dies before any of its steps, the ring is full at times',
    { capacity: 2, submitters: [[0, 1], [2]], workers: [1, 1], deaths: 'workers' },
    1,
  ],
  [
    'a submitter dies before any of its steps',
    { capacity: 2, submitters: [[0], [1]], workers: [1, 1], deaths: 'submitters' },
  ],
  [
    'a submitter dies before any of its steps, the ring is full at times',
    { capacity: 2, submitters: [[0, 1], [2]], workers: [1, 1], deaths: 'submitters' },
    2,
  ],
  [
    'a submitter dies while it uses a cancelled slot again',
    { capacity: 2, submitters: [[cancelled(0), 0], [1]], workers: [1], deaths: 'submitters' },
  ],
  [
    'one looks at the first before it takes it, another claims',
    { capacity: 2, submitters: [[0, 1, 2]], workers: [1], lookers: [1] },
    4,
  ],
  [
    'two look and take, and a slot is used again',
    { capacity: 2, submitters: [[cancelled(0), 0, 1]], workers: [], lookers: [1, 1] },
    4,
  ],
];

describe('the task ring', () => {
  for (const [title, scenario, bound] of scenarios) {
    test(title, async (t) => explores(t, await ringModel(scenario), bound));
  }
});

interface Fault {
  readonly title: string;
  readonly from: string;
  readonly to: string;
  readonly scenario: RingScenario;
  readonly complaint: RegExp;
}

const CLAIM = 'compareExchange(words, state, queued, running) === queued';
const PASS = 'compareExchange(this.#words, this.#head, head, (head + 1) | 0);';
const FILL = 'compareExchange(words, at, entry, (tag << SLOT_BITS) | slot) === entry';
const IMPORT = "import { compareExchange, load } from './atomics.js';";

const faults: readonly Fault[] = [
  {
    title: 'claims by looking and then writing',
    from: `const won = ${CLAIM};`,
    to: 'const won = load(words, state) === queued && (exchange(words, state, running), true);',
    scenario: { capacity: 2, submitters: [[0]], workers: [1, 1] },
    complaint: /slot 0 was claimed twice/,
  },
  {
    title: 'passes an entry before it claims the slot',
    from: `const won = ${CLAIM};\n            this.#pass(head);`,
    to: `this.#pass(head);\n            const won = ${CLAIM};`,
    scenario: { capacity: 2, submitters: [[0]], workers: [1], deaths: 'workers' },
    complaint: /slot 0 was pushed and is lost/,
  },
  {
    title: 'fills an entry by looking and then writing',
    from: FILL,
    to: 'load(words, at) === entry && (exchange(words, at, (tag << SLOT_BITS) | slot), true)',
    scenario: { capacity: 2, submitters: [[0], [1]], workers: [1] },
    complaint: /claimed before/,
  },
  {
    title: 'pushes without a look at the tag',
    from: 'if (found !== ((tag - 1) & TAG_MASK))\n                continue;',
    to: '',
    scenario: { capacity: 2, submitters: [[0], [1, 2, 3]], workers: [2] },
    complaint: /never empty/,
  },
  {
    title: 'pushes without a look at the head',
    from: 'this.headSeen) | 0) < this.#capacity',
    to: 'this.headSeen) | 0) <= this.#capacity',
    scenario: { capacity: 2, submitters: [[0, 1, 2]], workers: [] },
    complaint: /never empty/,
  },
  {
    title: 'takes a head that it saw long ago for room',
    from: 'ahead > 0 && ahead < this.#capacity',
    to: 'ahead > 0 && ahead <= this.#capacity',
    scenario: { capacity: 2, submitters: [[0, 1, 2]], workers: [] },
    complaint: /never empty/,
  },
  {
    title: 'does not move the tail on for a pusher that died',
    from: 'if (found === tag) {\n                compareExchange(words, this.#tail, tail, (tail + 1) | 0);',
    to: 'if (found === tag) {',
    scenario: { capacity: 2, submitters: [[0], [1]], workers: [], deaths: 'submitters' },
    complaint: /'push slot \d' does not end/,
  },
  {
    title: 'takes an old head for an empty ring',
    from: 'if (load(words, this.#head) === head)\n                    return -1;',
    to: 'return -1;',
    scenario: { capacity: 2, submitters: [[0, 1, 2]], workers: [1, 1] },
    complaint: /never empty/,
  },
  {
    title: 'moves the head on by a plain store',
    from: PASS,
    to: 'exchange(this.#words, this.#head, (head + 1) | 0);',
    scenario: { capacity: 2, submitters: [[0, 1, 2, 3]], workers: [1, 2] },
    complaint: /never empty/,
  },
];

describe('a broken copy of the task ring is found out when it', () => {
  for (const { title, from, to, scenario, complaint } of faults) {
    const changes = [inRing(IMPORT, IMPORT.replace('load', 'load, exchange')), inRing(from, to)];
    test(title, async (t) => findsFault(t, await ringModel(scenario, changes), complaint));
  }
});
