/**
 * Waiting for what comes without mail, under every interleaving, with the real mailbox: a message on
 * a port, and room for what is held back. Both are told by a wake-up alone, which must not be lost.
 */
import { describe, test } from 'node:test';
import type { Change } from './copy.ts';
import { type Model, Status } from './explorer.ts';
import { explores, findsFault } from './report.ts';
import { load, store } from './scheduled-atomics.ts';
import { type Mailbox, OWNER, type SmallMemory, smallMemory, WORKER } from './small-memory.ts';

const words = new Int32Array(0);

interface Scenario {
  /** Waits until the word is 1. */
  readonly wait: (mailbox: Mailbox, isThere: () => boolean) => void;
  /** Tells of it, after it has been set. */
  readonly tell: (small: SmallMemory, mailbox: Mailbox) => void;
}

const forPort: Scenario = {
  wait: (mailbox, isThere) => void mailbox.waitFor(isThere, Infinity),
  tell: ({ wake }) => wake(OWNER),
};

const forRoom: Scenario = {
  wait: (mailbox, isThere) => {
    mailbox.hold(isThere);
    mailbox.waitFor(() => !mailbox.isHolding, Infinity);
  },
  tell: (_, mailbox) => mailbox.tellOfRoom(),
};

async function waitingModel(
  { wait, tell }: Scenario,
  changes: readonly Change[] = [],
): Promise<Model> {
  const small = await smallMemory(changes);
  const { HEADER, SLOT, THREAD, threadAt } = small.layout;
  const there = small.slotWord(0, SLOT.detail);
  const varying = new Set([there, HEADER.roomWanted, threadAt(OWNER) + THREAD.parker]);
  const waiting = (): boolean => {
    wait(small.mailboxOf(OWNER), () => load(words, there) === 1);
    return true;
  };
  const telling = (): boolean => {
    store(words, there, 1);
    tell(small, small.mailboxOf(WORKER));
    return true;
  };
  return {
    words: small.words,
    begin: small.begin,
    isConstant: (at) => !varying.has(at),
    threads: [
      { name: 'owner', calls: [{ name: 'wait', run: waiting }] },
      { name: 'worker', calls: [{ name: 'tell', run: telling }] },
    ],
    longestCall: 100,
    atEnd: ({ threads }) =>
      threads[0]?.status === Status.done ? undefined : 'the owner sleeps for ever',
    nameOf: small.nameOf,
  };
}

/** The worker sends a message and then sets the word: whoever has waited for that has had the message. */
async function messageBeforeModel(changes: readonly Change[] = []): Promise<Model> {
  const small = await smallMemory(changes);
  const { HEADER, SLOT, THREAD, linkAt, threadAt } = small.layout;
  const there = small.slotWord(1, SLOT.detail);
  const owner = threadAt(OWNER);
  const varying = new Set([there, HEADER.roomWanted, linkAt(0)]);
  for (const field of [SLOT.state, SLOT.detail]) varying.add(small.slotWord(0, field));
  for (const field of [THREAD.parker, THREAD.inbox]) varying.add(owner + field);
  const waiting = (): number => {
    let received = 0;
    const mailbox = small.mailboxOf(OWNER);
    mailbox.handle(0, () => received++);
    mailbox.waitFor(() => load(words, there) === 1, Infinity);
    return received;
  };
  const telling = (): boolean => {
    const mailbox = small.mailboxOf(WORKER);
    mailbox.slots.give(0);
    mailbox.post(mailbox.slots.take(), small.addressOf(OWNER));
    store(words, there, 1);
    small.wake(OWNER);
    return true;
  };
  return {
    words: small.words,
    begin: small.begin,
    isConstant: (at) => !varying.has(at),
    threads: [
      { name: 'owner', calls: [{ name: 'wait', run: waiting }] },
      { name: 'worker', calls: [{ name: 'send and tell', run: telling }] },
    ],
    longestCall: 200,
    atEnd: ({ threads }) => {
      if (threads[0]?.status !== Status.done) return 'the owner sleeps for ever';
      return threads[0].results[0] === 1 ? undefined : 'the owner goes on without the message';
    },
    nameOf: small.nameOf,
  };
}

describe('a thread that waits', () => {
  test('for a message on a port', async (t) => explores(t, await waitingModel(forPort)));
  test('for room', async (t) => explores(t, await waitingModel(forRoom)));
  test('has had what was sent before', async (t) => explores(t, await messageBeforeModel()));
});

const PARK =
  'announce(this.words, this.#parker);\n        this.#lookAtOwn();\n        if (this.hasNews';

describe('a broken copy of waiting is found out when', () => {
  test('it looks for what it waits for before the announcement only', async (t) => {
    const change = {
      file: 'shared/mailbox.js',
      from: 'this.hasMail || done()',
      to: 'this.hasMail',
    };
    findsFault(t, await waitingModel(forPort, [change]), /sleeps for ever/);
  });

  test('it does not look for what was sent last', async (t) => {
    const from = 'if (done()) {\n                this.drain();';
    const change = { file: 'shared/mailbox.js', from, to: 'if (done()) {' };
    findsFault(t, await messageBeforeModel([change]), /goes on without the message/);
  });

  test('it looks for room before the announcement only', async (t) => {
    const to = PARK.replace('        this.#lookAtOwn();\n', '');
    const change = { file: 'shared/mailbox.js', from: PARK, to };
    findsFault(t, await waitingModel(forRoom, [change]), /sleeps for ever/);
  });
});
