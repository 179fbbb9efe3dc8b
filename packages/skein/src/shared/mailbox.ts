/**
 * The mailbox of a thread: the one place where a thread waits for others, and hears from them.
 *
 * Whatever comes from another thread comes as a slot in this thread's inbox: the outcome of a job
 * that it submitted, or a message. `drain` takes them out and hands each to who expects it. The
 * three ways to wait are all built on it:
 *
 *  - `waitFor(done)` blocks until something is so (`future.result()`, `thread.join()`);
 *  - `select(timeoutMs)` blocks until anything comes (the selector of a blocking loop);
 *  - `listen()` lets Node's own loop turn and drains when something comes.
 *
 * Each looks for some microseconds before it sleeps, for to be woken takes longer than most waits: the
 * first two in a loop of their own, the third once in each turn of Node's.
 *
 * A thread also looks after its own jobs here. When `deaths` has gone up, a worker may have died
 * with one of them in its hands, and then nothing was pushed: the keeper has marked the slot, and
 * the owner, who alone takes slots out of use, finds the mark among its pending jobs. So nobody
 * ever repairs another thread's books.
 *
 * What found no slot or no place in a ring is held here and tried again after each drain.
 */
import { Arena, freeBlocks } from './arena.ts';
import { compareExchange, load, store, waitAsync } from './atomics.ts';
import { clearControl } from './deadlines.ts';
import { type Held, HeldBack } from './held-back.ts';
import { hasMail, type InboxPlace, pushInbox, takeInbox } from './inbox.ts';
import {
  HEADER,
  linkAt,
  Payload,
  Phase,
  phaseOf,
  SLOT,
  slotAt,
  slotState,
  THREAD,
  threadAt,
} from './layout.ts';
import { announce, Parker, sleep, stayAwake } from './parking.ts';
import type { ProcessMemory } from './process-memory.ts';
import { SlotAllocator } from './slots.ts';
import { type ThreadAddress, wakeAll, wakeThread } from './thread-table.ts';

/** Who waits for the outcome of a job. */
export interface Expectation {
  /**
   * Reads the outcome from the slot and gives the slot back; a condemned one is given back for it, when
   * its thread is dead. Must not throw.
   */
  settle(slot: number): void;
}

/** A wait that others rely on while the thread sleeps in it (`waiting-threads.ts`). */
export interface Sleeper {
  /** From now on the thread does nothing when it is woken, before it looks. */
  sleeps(): void;
  /** It is awake. */
  wakes(): void;
}

/** Reads a message from the slot. The mailbox frees the slot afterwards. Must not throw. */
export type MessageHandler = (slot: number) => void;

const never = (): boolean => false;

/** How often a blocking wait looks before it goes to sleep: some 20 µs. */
const SPINS = 1500;
/** And at the most, after sleeps that were over within `SHORT_MS`: it would have been better not to. */
const MOST_SPINS = 4 * SPINS;
const SHORT_MS = 0.05;

/** How long a listening thread looks, once in each turn of Node's loop, before it sleeps. */
const LOOK_MS = 0.05;

/** For so long mail is handed out in one turn of Node's loop; promises that it settles come on top. */
const TURN_MS = 2;
/** How many are handed out between two looks at the clock. */
const BETWEEN_LOOKS = 16;

/** What a mailbox needs of the thread that it is made in. */
export interface MailboxHost {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Milliseconds of a clock that all threads have in common, monotonic. */
  commonNow(): number;
  /** Calls `look` when Node's loop has turned. */
  inNextTurn(look: () => void): void;
}

export class Mailbox {
  readonly memory: ProcessMemory;
  readonly words: Int32Array;
  readonly address: ThreadAddress;
  readonly slots: SlotAllocator;
  readonly arena: Arena;
  /** Runs after each look at what is watched and held back: perhaps less is outstanding now. */
  readonly afterDrain: (() => void)[] = [];
  /** Something has changed in this thread while it was about to sleep: it looks at its loop first. */
  hasNews: boolean = false;
  /** Of so many outcomes that are expected nobody asks for the next part (streams). */
  unattended: number = 0;
  /** What this thread has to do for others whenever it wakes. */
  duty: (() => void) | undefined;
  /** How many of its tasks and calls wait for others to change something in shared memory. */
  waits: number = 0;
  /** How many of them run in a loop that Node turns: it is not to end the thread before. */
  waitsInNode: number = 0;
  /** Looks whether that has been changed. This thread was rung; or one has died, and all is to be looked at. */
  onRing: ((hasDied: boolean) => void) | undefined;
  /** Tells who carries the value of this serial number that nobody will fetch it. */
  dropCarried: ((serial: number) => void) | undefined;
  /** Looks for things other than mail, whenever a listening thread looks, last before it sleeps. */
  lookAround: (() => void) | undefined;
  /** In `select`: does something of what this thread waits for; says whether there was anything. */
  help: (() => boolean) | undefined;
  /** It waits no more. */
  afterSelect: (() => void) | undefined;
  readonly #host: MailboxHost;
  readonly #place: InboxPlace;
  readonly #inbox: number;
  readonly #parker: number;
  readonly #rung: number;
  /** By slot. Grown by hand: a sparse write far beyond the end would make it a dictionary. */
  readonly #expected: (Expectation | undefined)[] = new Array<Expectation | undefined>(1024);
  #expectedCount = 0;
  readonly #handlers: (MessageHandler | undefined)[] = [];
  #deathsSeen: number;
  readonly #held = new HeldBack();
  #watches: (() => boolean)[] = [];
  readonly #atRest: (() => void)[] = [];
  /**
   * Taken out of the inbox, and how many of them were opened; and jobs that the dead have left.
   * A callback that is called meanwhile may wait in its turn, and then goes on with these.
   */
  #taken: number[] = [];
  #opened = 0;
  readonly #left: (readonly [slot: number, who: Expectation])[] = [];
  /** Stands for whoever has been told that the job is condemned; its thread still has the slot. */
  readonly #settled: Expectation = { settle: (slot) => this.release(slot) };
  #listening = false;
  /** Whether a promise of `waitAsync` is outstanding on the parker. Never more than one. */
  #waiter = false;
  #listenSoon = false;
  /** Until when a listening thread looks before it sleeps. */
  #lookUntil = 0;
  #isLooking = false;
  #spins = SPINS;

  constructor(memory: ProcessMemory, address: ThreadAddress, host: MailboxHost) {
    this.memory = memory;
    this.#host = host;
    this.words = memory.words;
    this.address = address;
    this.slots = new SlotAllocator(memory.words, address.ident);
    this.arena = new Arena(memory, address.ident);
    const at = threadAt(address.entry);
    this.#inbox = at + THREAD.inbox;
    this.#parker = at + THREAD.parker;
    this.#rung = at + THREAD.rung;
    this.#place = { words: memory.words, links: linkAt(0) };
    this.#deathsSeen = load(memory.words, HEADER.deaths);
  }

  /** How many things this thread has under way: outcomes that somebody wants, jobs held back, watches. */
  get outstanding(): number {
    const expected = this.#expectedCount - this.unattended;
    return expected + this.#held.count + this.#watches.length;
  }

  /** Whether Node is not to end the thread now. */
  get keepsNode(): boolean {
    return this.waitsInNode > 0 || this.outstanding > 0;
  }

  /** Milliseconds of this thread's clock. */
  now(): number {
    return this.#host.now();
  }

  /** Milliseconds of a clock that all threads have in common. */
  commonNow(): number {
    return this.#host.commonNow();
  }

  /** Notes who waits for the outcome that will come in this slot. */
  expect(slot: number, who: Expectation): void {
    while (slot >= this.#expected.length) this.#expected.length *= 2;
    this.#expected[slot] = who;
    this.#expectedCount++;
  }

  /** Forgets the expectation and takes the slot back, with all that it refers to. */
  release(slot: number): void {
    if (this.#expected[slot] !== undefined) {
      this.#expected[slot] = undefined;
      this.#expectedCount--;
    }
    this.#empty(slot);
    this.slots.give(slot);
  }

  /** Frees another thread's slot that is in this thread's hands: read, or wanted by nobody. */
  discard(slot: number): void {
    this.#empty(slot);
    store(this.words, slotAt(slot) + SLOT.state, Phase.free);
  }

  /** Says who reads messages of this kind. */
  handle(kind: number, handler: MessageHandler): void {
    this.#handlers[kind] = handler;
  }

  /** Keeps what found no room, and has it try again after each drain until it goes on. In order. */
  hold(held: Held | (() => boolean)): void {
    this.#held.push(typeof held === 'function' ? { goOn: held } : held);
    store(this.words, HEADER.roomWanted, 1);
  }

  /** Calls `look` after each drain until it returns true. For what comes without a message. */
  watch(look: () => boolean): void {
    this.#watches.push(look);
  }

  /** Whether some thread holds something back for want of room. */
  get isRoomWanted(): boolean {
    return load(this.words, HEADER.roomWanted) === 1;
  }

  /** Wakes those who hold something back for want of room, if there are any. */
  tellOfRoom(): void {
    if (!this.isRoomWanted) return;
    store(this.words, HEADER.roomWanted, 0);
    wakeAll(this.words);
  }

  /** Has `look` called once, when this thread rests: before it sleeps next, or a loop's run is over. */
  beforeRest(look: () => void): void {
    this.#atRest.push(look);
  }

  /** This thread has nothing to do now: what was put off until then is done. */
  rest(): void {
    while (this.#atRest.length > 0) this.#atRest.pop()?.();
  }

  /** Whether work is held back: later work must queue up behind it. */
  get isHolding(): boolean {
    return this.#held.count > 0;
  }

  /**
   * Sends a filled slot of this thread as a message.
   *
   * @returns false when the receiver is gone; the slot has been given back
   */
  post(slot: number, to: ThreadAddress): boolean {
    store(this.words, slotAt(slot) + SLOT.detail, to.ident);
    const state = slotAt(slot) + SLOT.state;
    const posted = slotState(Phase.posted, to.entry);
    store(this.words, state, posted);
    const inbox = threadAt(to.entry) + THREAD.inbox;
    if (!pushInbox(this.#place, inbox, to.ident, slot)) {
      // The keeper frees what was sent to the dead; whoever changes the state first does it.
      const isOurs = compareExchange(this.words, state, posted, Phase.writing) === posted;
      if (isOurs) this.release(slot);
      else this.slots.lend(slot);
      return false;
    }
    this.slots.lend(slot);
    wakeThread(this.words, to.entry);
    return true;
  }

  /** Puts a finished job's slot into its owner's inbox; false when the owner is gone. Any thread. */
  deliver(slot: number): boolean {
    const at = slotAt(slot);
    const owner = load(this.words, at + SLOT.owner);
    const ident = load(this.words, at + SLOT.ownerIdent);
    const inbox = threadAt(owner) + THREAD.inbox;
    if (!pushInbox(this.#place, inbox, ident, slot)) return false;
    wakeThread(this.words, owner);
    return true;
  }

  /** Whether `drain` would find something. Three loads. */
  get hasMail(): boolean {
    return (
      hasMail(this.words, this.#inbox) ||
      load(this.words, HEADER.deaths) !== this.#deathsSeen ||
      load(this.words, this.#rung) === 1 ||
      this.#opened < this.#taken.length
    );
  }

  /** Hands out everything that has come; says whether there was anything. Never blocks. */
  drain(): boolean {
    return this.#drain(Infinity);
  }

  /** The same where others wait for their turn: what that leaves no time for comes in Node's next one. */
  drainInTurn(): boolean {
    const hasCome = this.#drain(TURN_MS);
    if (this.#opened < this.#taken.length && !this.#isLooking) this.#lookInNextTurn();
    return hasCome;
  }

  #drain(mostMs: number): boolean {
    const hasUnopened = this.#opened < this.#taken.length || this.#left.length > 0;
    if (!hasUnopened && !this.hasMail) return false;
    const deaths = load(this.words, HEADER.deaths);
    this.#hearRing();
    if (deaths !== this.#deathsSeen) this.onRing?.(true);
    // The marks before the mail: a marked job that was also delivered is in the mail by then. The
    // other way round it could be settled, and its slot used again, while it is still in the inbox.
    if (deaths !== this.#deathsSeen) this.#left.push(...this.#leftByTheDead());
    this.#deathsSeen = deaths;
    const taken = takeInbox(this.#place, this.#inbox, this.address.ident);
    this.#fetch(taken);
    this.#taken = hasUnopened ? this.#taken.slice(this.#opened).concat(taken) : taken;
    this.#opened = 0;
    const areAllOpened = this.#openAll(mostMs);
    if (areAllOpened) this.#openLeft();
    this.#lookAtOwn();
    return true;
  }

  /**
   * Blocks the thread until `done()` is true. What was sent before that has been handed out then.
   *
   * @param timeoutMs - milliseconds, ≥ 0; `Infinity` waits for ever
   * @param help - does something that has to be done first; says whether there was anything
   * @param sleeper - is told when the thread sleeps and wakes; then it looks for that, before all else
   * @returns false when the time ran out first
   */
  waitFor(
    done: () => boolean,
    timeoutMs: number,
    help: () => boolean = never,
    sleeper: Sleeper | null = null,
  ): boolean {
    const deadline = timeoutMs === Infinity ? Infinity : this.#host.now() + timeoutMs;
    this.#beAwake();
    for (;;) {
      if (this.#hearRing() && done()) {
        this.drain();
        return true;
      }
      this.drain();
      if (done()) {
        this.drain();
        return true;
      }
      const left = deadline === Infinity ? Infinity : deadline - this.#host.now();
      if (left <= 0) return false;
      if (help()) continue;
      if (!this.#spin()) this.#park(left, done, sleeper);
    }
  }

  /**
   * Waits until something has come, at most `timeoutMs`, and hands it out. Blocks, for one slice at
   * the most: the caller looks at its clock and comes again.
   */
  select(timeoutMs: number): void {
    if (this.drain() || timeoutMs <= 0) return;
    if (this.help?.() === true) return;
    if (!this.#spin()) this.#park(timeoutMs, never, null);
    this.afterSelect?.();
    this.drain();
  }

  /**
   * From now on drains whenever something comes while Node's own loop turns, and looks around soon.
   * Costs nothing while the thread blocks, and does not keep the process alive.
   */
  listen(): void {
    this.#listening = true;
    this.#lookUntil = this.#host.now() + LOOK_MS;
    this.#listenAgain();
  }

  /**
   * Writes to all slots that have come, which are this thread's now. So their cache lines come from the
   * cores that filled them all at once. Otherwise each is waited for when it is read, and once more when
   * it is given back.
   */
  #fetch(slots: readonly number[]): void {
    for (const slot of slots) this.words[slotAt(slot) + SLOT.touched] = 0;
  }

  /** Opens what was taken; false when the time was over before. */
  #openAll(mostMs: number): boolean {
    const isLong = mostMs < Infinity && this.#taken.length > BETWEEN_LOOKS;
    const end = isLong ? this.#host.now() + mostMs : Infinity;
    let untilLook = BETWEEN_LOOKS;
    while (this.#opened < this.#taken.length) {
      if (isLong && --untilLook === 0) {
        if (this.#host.now() >= end) return false;
        untilLook = BETWEEN_LOOKS;
      }
      this.#open(this.#taken[this.#opened++] as number);
    }
    return true;
  }

  /** Jobs that the dead have left, unless they had sent them before: after the mail. */
  #openLeft(): void {
    for (let next = this.#left.shift(); next !== undefined; next = this.#left.shift()) {
      const [slot, who] = next;
      if (this.#expected[slot] === who) this.#open(slot);
    }
  }

  #open(slot: number): void {
    const at = slotAt(slot);
    const phase = phaseOf(load(this.words, at + SLOT.state));
    if (phase === Phase.posted) {
      const handler = this.#handlers[load(this.words, at + SLOT.kind)];
      if (load(this.words, at + SLOT.detail) !== this.address.ident) return;
      handler?.(slot);
      this.discard(slot);
      this.tellOfRoom();
    } else if (phase === Phase.done || phase === Phase.lost) {
      const who = this.#expected[slot];
      if (who === undefined) return;
      this.#expected[slot] = undefined;
      this.#expectedCount--;
      who.settle(slot);
    } else if (phase === Phase.condemned) {
      const who = this.#expected[slot];
      if (who === undefined || who === this.#settled) return;
      this.#expected[slot] = this.#settled;
      who.settle(slot);
    }
  }

  /** Tries what was held back, and looks at what is watched. After everything that may be news. */
  #lookAtOwn(): void {
    this.duty?.();
    if (this.#held.count > 0) this.#tryHeld();
    if (this.#watches.length > 0) this.#lookAtWatched();
    for (const hook of this.afterDrain) hook();
  }

  /** What looks may wait in its turn, or have something else watched. */
  #lookAtWatched(): void {
    for (const look of this.#watches) {
      if (!this.#watches.includes(look) || !look()) continue;
      this.#watches = this.#watches.filter((each) => each !== look);
      this.hasNews = true;
    }
  }

  /** Frees what a slot refers to. */
  #empty(slot: number): void {
    const at = slotAt(slot);
    clearControl(this.words, slot);
    freeBlocks(this.words, this.arena, slot);
    if (((this.words[at + SLOT.payload] as number) & Payload.carried) === 0) return;
    this.words[at + SLOT.payload] = 0;
    this.dropCarried?.(this.words[at + SLOT.serial] as number);
  }

  /** Pending jobs that the keeper has marked, and who waits for them. */
  #leftByTheDead(): Map<number, Expectation> {
    const found = new Map<number, Expectation>();
    if (this.#expectedCount === 0) return found;
    const keeper = load(this.words, HEADER.keeper) - 1;
    const left = slotState(Phase.done, keeper);
    for (const [slot, who] of this.#expected.entries()) {
      if (who === undefined) continue;
      const state = load(this.words, slotAt(slot) + SLOT.state);
      const phase = phaseOf(state);
      const isMarked = phase === Phase.lost || phase === Phase.condemned;
      if (isMarked || state === left) found.set(slot, who);
    }
    return found;
  }

  #tryHeld(): void {
    if (this.#held.tryAll()) this.hasNews = true;
    if (this.#held.count > 0) store(this.words, HEADER.roomWanted, 1);
  }

  #spin(): boolean {
    if (this.waits === 0 && this.outstanding === 0) return false;
    const spins = this.#spins;
    for (let spin = 0; spin < spins; spin++) if (this.hasMail) return true;
    return false;
  }

  /**
   * Sleeps, unless there is mail, or `done()`. Whatever a wake-up may have been about is looked at
   * between the announcement and the sleep: mail, `done`, room for what is held, what is watched.
   */
  #park(timeoutMs: number, done: () => boolean, sleeper: Sleeper | null): void {
    this.rest();
    announce(this.words, this.#parker);
    this.#lookAtOwn();
    if (this.hasNews || this.hasMail || done()) stayAwake(this.words, this.#parker);
    else this.#sleep(timeoutMs, sleeper);
    this.hasNews = false;
    this.#lookAtOwn();
    if (this.#listening) this.#listenAgain(); // the parker says awake: nobody would tell the waiter
  }

  /** Who has rung since the announcement has taken that back, and it does not sleep. */
  #sleep(timeoutMs: number, sleeper: Sleeper | null): void {
    const began = this.#host.now();
    sleeper?.sleeps();
    sleep(this.words, this.#parker, timeoutMs);
    sleeper?.wakes();
    const isShort = this.#host.now() - began < SHORT_MS;
    this.#spins = isShort ? Math.min(2 * this.#spins, MOST_SPINS) : SPINS;
  }

  /** In a callback of Node's loop the parker says that the thread sleeps. It is about to do so in another way. */
  #beAwake(): void {
    if (load(this.words, this.#parker) === Parker.awake) return;
    stayAwake(this.words, this.#parker);
    if (this.#listening) this.#listenAgain();
  }

  /** Whether something that is waited for in shared memory may have changed; whoever waits is told. */
  #hearRing(): boolean {
    if (load(this.words, this.#rung) === 0) return false;
    store(this.words, this.#rung, 0); // before the look: who changes it later rings again
    this.onRing?.(false);
    return true;
  }

  /** Listens as soon as the thread comes back to Node's loop. */
  #listenAgain(): void {
    if (this.#listenSoon) return;
    this.#listenSoon = true;
    void Promise.resolve().then(() => {
      this.#listenSoon = false;
      this.#listenOn();
    });
  }

  /** Node's turn comes first, always: mail that never ends must hold up nothing else. */
  #lookInNextTurn(): void {
    this.#isLooking = true;
    this.#host.inNextTurn(this.#look);
  }

  readonly #look = (): void => {
    this.#isLooking = false;
    this.#takeAndListen();
  };

  /** Whatever is thrown on the way: the thread goes on listening. */
  #takeAndListen(): void {
    try {
      if (this.drainInTurn()) this.#lookUntil = this.#host.now() + LOOK_MS;
    } finally {
      this.#listenOn();
    }
  }

  #listenOn(): void {
    if (this.#isLooking) return;
    const isExpecting = this.#expectedCount > 0 || this.waits > 0;
    if (isExpecting && this.#host.now() < this.#lookUntil) {
      this.lookAround?.();
      return this.#lookInNextTurn();
    }
    this.rest();
    announce(this.words, this.#parker);
    this.#lookAtOwn();
    this.lookAround?.();
    if (this.hasMail) {
      stayAwake(this.words, this.#parker);
      return this.#lookInNextTurn();
    }
    if (this.#waiter) return; // one that is still waiting from before serves as well
    const waiting = waitAsync(this.words, this.#parker, Parker.parked);
    if (!waiting.async) return this.#lookInNextTurn(); // somebody was faster
    this.#waiter = true;
    void waiting.value.then(() => {
      this.#waiter = false;
      stayAwake(this.words, this.#parker);
      this.#takeAndListen();
    });
  }
}
