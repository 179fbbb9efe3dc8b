/** The inbox under every interleaving: pushers, the receiver, and the keeper that closes it. */
import { describe, test } from 'node:test';
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
import { explores, findsFault } from './report.ts';

const FILE = 'shared/inbox.js';
const INBOX = 0;
const LINKS = 1;
const IDENT = 7;
const NEXT_IDENT = 8;

interface Scenario {
  /** Slots that each pusher pushes, in this order. */
  readonly pushers: readonly (readonly number[])[];
  /** How often the receiver takes. */
  readonly takes: number;
  /** The receiver may die; then the keeper closes the inbox and opens it for the next thread. */
  readonly closes?: boolean;
  readonly pusherDies?: boolean;
}

/*
 * Results: of a push, whether it worked; of a take and of the closing, the slots. The receiver takes
 * once more when all pushers are through, unless it has died.
 */
async function inboxModel(scenario: Scenario, changes: readonly Change[] = []): Promise<Model> {
  const [inbox] = (await importCopy([FILE], changes)) as [
    typeof import('../../dist/shared/inbox.js'),
  ];
  const words = new Int32Array(0);
  const place = { words, links: LINKS };
  const count = scenario.pushers.length;
  const arePushersOver = ({ threads }: View): boolean =>
    threads.slice(0, count).every(({ status }) => status === Status.done || status === Status.dead);
  const take: Call = { name: 'take', run: () => inbox.takeInbox(place, INBOX, IDENT) };
  const close: Call = {
    name: 'close',
    when: ({ threads }) => threads[count]?.status === Status.dead,
    run: () => inbox.closeInbox(place, INBOX),
  };
  const reopen: Call = {
    name: 'open for the next thread',
    run: () => (inbox.openInbox(words, INBOX, NEXT_IDENT), []),
  };
  const takeLast: Call = {
    name: 'take for the next thread',
    when: arePushersOver,
    run: () => inbox.takeInbox(place, INBOX, NEXT_IDENT),
  };
  const threads: ThreadModel[] = scenario.pushers.map((slots, index) => ({
    name: `pusher ${index + 1}`,
    calls: slots.map((slot) => ({
      name: `push slot ${slot}`,
      run: () => inbox.pushInbox(place, INBOX, IDENT, slot),
    })),
    mayDie: scenario.pusherDies === true,
  }));
  threads.push({
    name: 'receiver',
    calls: [...repeat(take, scenario.takes), { ...take, when: arePushersOver }],
    mayDie: scenario.closes === true,
  });
  if (scenario.closes) threads.push({ name: 'keeper', calls: [close, reopen, takeLast] });
  const all = scenario.pushers.flat();
  return {
    words: LINKS + 1 + Math.max(...all),
    begin: (memory) => {
      memory[INBOX] = ((IDENT % 0x7fff) + 1) << 17; // as openInbox leaves it
    },
    threads,
    deaths: scenario.closes || scenario.pusherDies ? 1 : 0,
    atEnd: (view) => judge(view, scenario),
    nameOf: (at) => (at === INBOX ? 'inbox' : `link of slot ${at - LINKS}`),
  };
}

/** What a receiver that died in the middle of a take had in its hands; the keeper finds it elsewhere. */
function inHand(receiver: ThreadState | undefined, memory: Int32Array): number[] {
  if (receiver?.status !== Status.dead || receiver.log.length === 0) return [];
  const slots: number[] = [];
  for (
    let next = (receiver.log[0] as number) & 0x1_ffff;
    next !== 0;
    next = memory[LINKS + next - 1] as number
  ) {
    slots.unshift(next - 1);
  }
  return slots;
}

function judge({ threads, memory }: View, { pushers }: Scenario): string | undefined {
  const receivers = threads.slice(pushers.length);
  const [taken, closed] = receivers.map(({ results }) => results as number[][]) as [
    number[][],
    number[][] | undefined,
  ];
  const beyond = closed?.slice(1).flat() ?? [];
  if (beyond.length > 0)
    return `the next thread has got slot ${beyond.join()}, which is not its own`;
  const got = [...taken.flat(), ...inHand(receivers[0], memory), ...(closed?.[0] ?? [])];
  for (const [index, slots] of pushers.entries()) {
    const { results, status, call } = threads[index] as ThreadState;
    for (const [nth, slot] of slots.entries()) {
      const times = got.filter((each) => each === slot).length;
      const isUnderWay = status === Status.dead && nth === call;
      if (times > 1) return `slot ${slot} was taken ${times} times`;
      if (times === 0 && results[nth] === true) return `slot ${slot} was pushed and is lost`;
      if (times === 1 && results[nth] !== true && !isUnderWay)
        return `slot ${slot} was refused and taken`;
    }
    const order = got.filter((slot) => slots.includes(slot)).join();
    if (order !== slots.filter((slot) => got.includes(slot)).join()) {
      return `the slots of pusher ${index + 1} were taken in the order ${order}`;
    }
  }
  return undefined;
}

const scenarios: readonly [string, Scenario][] = [
  [
    'two pushers, and a receiver that takes twice',
    {
      pushers: [
        [0, 1],
        [2, 3],
      ],
      takes: 2,
    },
  ],
  ['three pushers, and a receiver that takes twice', { pushers: [[0], [1], [2]], takes: 2 }],
  [
    'a pusher dies before any of its steps',
    {
      pushers: [
        [0, 1],
        [2, 3],
      ],
      takes: 2,
      pusherDies: true,
    },
  ],
  [
    'the receiver dies before any of its steps, the keeper closes the inbox and opens it anew',
    { pushers: [[0, 1], [2]], takes: 2, closes: true },
  ],
];

describe('the inbox', () => {
  for (const [title, scenario] of scenarios) {
    test(title, async (t) => explores(t, await inboxModel(scenario)));
  }
});

const TAKE = 'exchange(place.words, inbox, emptyHead(ident))';
const CLOSE = 'exchange(place.words, inbox, CLOSED)';
const looked = (value: string): string =>
  `((head) => (store(place.words, inbox, ${value}), head))(load(place.words, inbox))`;

const faults: readonly (readonly [string, string, string, Scenario, RegExp])[] = [
  [
    'takes by looking and then writing',
    TAKE,
    looked('emptyHead(ident)'),
    { pushers: [[0]], takes: 1 },
    /is lost/,
  ],
  [
    'closes by looking and then writing',
    CLOSE,
    looked('CLOSED'),
    { pushers: [[0]], takes: 0, closes: true },
    /is lost/,
  ],
  [
    'pushes by looking and then writing',
    'compareExchange(words, inbox, head, tag | (slot + 1)) === head',
    'load(words, inbox) === head && (store(words, inbox, tag | (slot + 1)), true)',
    { pushers: [[0], [1]], takes: 0 },
    /is lost/,
  ],
  [
    'links after it has pushed',
    'store(words, link, head & SLOT_MASK);\n        if (compareExchange(words, inbox, head, tag | (slot + 1)) === head)\n            return true;',
    'if (compareExchange(words, inbox, head, tag | (slot + 1)) === head) {\n            store(words, link, head & SLOT_MASK);\n            return true; }',
    { pushers: [[0], [1]], takes: 1 },
    /is lost/,
  ],
  [
    'pushes without a look at whose inbox it is',
    'if ((head & ~SLOT_MASK) !== tag)\n            return false;',
    '',
    { pushers: [[0]], takes: 0, closes: true },
    /not its own|is lost/,
  ],
  [
    'reads the newest first',
    'taken.length > 1 ? taken.reverse() : taken',
    'taken',
    { pushers: [[0, 1]], takes: 0 },
    /in the order 1,0/,
  ],
];

describe('a broken copy of the inbox is found out when it', () => {
  for (const [title, from, to, scenario, complaint] of faults) {
    test(title, async (t) => {
      findsFault(t, await inboxModel(scenario, [{ file: FILE, from, to }]), complaint);
    });
  }
});
