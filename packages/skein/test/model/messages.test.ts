/**
 * Messages under every interleaving, with the real mailbox and the real sweep: a thread sends a slot
 * to another one, which dies before any of its steps, and takes slots for other things afterwards.
 */
import { describe, test } from 'node:test';
import type { Change } from './copy.ts';
import { type Call, type Model, Status, type View } from './explorer.ts';
import { explores, findsFault } from './report.ts';
import { store } from './scheduled-atomics.ts';
import {
  OWNER as SENDER,
  type SmallMemory,
  smallMemory,
  WORKER as RECEIVER,
} from './small-memory.ts';

const words = new Int32Array(0);

async function messageModel(changes: readonly Change[] = []): Promise<Model> {
  const small = await smallMemory(changes);
  return {
    words: small.words,
    begin: small.begin,
    isConstant: constantWords(small),
    threads: [
      { name: 'sender', calls: [sendAndTake(small)] },
      { name: 'receiver', calls: [receive(small)], mayDie: true },
      { name: 'keeper', calls: [sweepUp(small)] },
    ],
    deaths: 1,
    longestCall: 100,
    atEnd: (view) => judge(view, small),
    nameOf: small.nameOf,
  };
}

/** Sends slot 0 and then takes a slot for a job. Results: whether it was sent, and the new slot. */
function sendAndTake({ layout, mailboxOf, addressOf, slotWord }: SmallMemory): Call {
  const { SLOT, Phase, slotState } = layout;
  return {
    name: 'send',
    run: () => {
      const mailbox = mailboxOf(SENDER);
      mailbox.slots.give(0);
      const slot = mailbox.slots.take();
      const wasSent = mailbox.post(slot, addressOf(RECEIVER));
      const next = mailbox.slots.take();
      if (next >= 0) store(words, slotWord(next, SLOT.state), slotState(Phase.queued, 0));
      return [wasSent ? 1 : 0, next];
    },
  };
}

const receive = ({ mailboxOf }: SmallMemory): Call => ({
  name: 'drain',
  run: () => mailboxOf(RECEIVER).drain(),
});

const sweepUp = ({ sweep }: SmallMemory): Call => ({
  name: 'sweep up after the receiver',
  when: ({ threads }) => threads[1]?.status === Status.dead,
  run: () => (sweep(RECEIVER), true),
});

function constantWords({ layout, slotWord }: SmallMemory): (at: number) => boolean {
  const { HEADER, SLOT, THREAD_WORDS, linkAt, threadAt } = layout;
  const varying = new Set<number>([HEADER.deaths, HEADER.roomWanted, linkAt(0)]);
  for (const field of [SLOT.state, SLOT.detail]) varying.add(slotWord(0, field));
  for (let field = 0; field < THREAD_WORDS; field++) varying.add(threadAt(RECEIVER) + field);
  return (at) => !varying.has(at);
}

function judge({ threads, memory }: View, { layout, slotWord }: SmallMemory): string | undefined {
  const { SLOT, Phase, THREAD, phaseOf, threadAt } = layout;
  const [sender, receiver] = threads as [View['threads'][number], View['threads'][number]];
  if (sender.status !== Status.done) return 'the sender hangs';
  const [wasSent, next] = sender.results[0] as [number, number];
  const phase = phaseOf(memory[slotWord(0, SLOT.state)] as number);
  if (next >= 0)
    return phase === Phase.queued ? undefined : 'the slot of a new job was taken from it';
  if (phase === Phase.free) return undefined;
  const mail = (memory[threadAt(RECEIVER) + THREAD.inbox] as number) & 0x1_ffff;
  const isOnItsWay = wasSent === 1 && phase === Phase.posted && mail === 1;
  return receiver.status !== Status.dead && isOnItsWay ? undefined : 'the message is nowhere';
}

describe('a message', () => {
  test('to a thread that dies before any of its steps', async (t) =>
    explores(t, await messageModel()));
});

const faults: readonly (readonly [string, Change])[] = [
  [
    // Found by this model, as is the next: a job in the same slot was taken from the sender.
    'the sender takes its slot back without asking',
    {
      file: 'shared/mailbox.js',
      from: 'compareExchange(this.words, state, posted, Phase.writing) === posted',
      to: 'true',
    },
  ],
  [
    'the keeper frees a slot in whatever state it is by now',
    {
      file: 'threading/sweep.js',
      from: 'discard(words, leavings, slot, state);\n    }\n    else if (isUnderWay)',
      to: 'discard(words, leavings, slot, load(words, at + SLOT.state));\n    }\n    else if (isUnderWay)',
    },
  ],
];

describe('a broken copy of messages is found out when', () => {
  for (const [title, change] of faults) {
    test(title, async (t) => findsFault(t, await messageModel([change]), /taken from it/));
  }
});
