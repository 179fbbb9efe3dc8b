/**
 * The queue of a pool: a bounded ring in shared memory. Any thread pushes, any worker claims.
 *
 * Typical load: one to a dozen submitters, one worker per core, hundreds of thousands of small
 * tasks a second, and now and then a worker that is killed between two instructions.
 *
 * ```
 *           head                     tail
 *            ▼                        ▼
 *   ┌──────┬──────┬──────┬──────┬──────┬──────┐     entry = tag of the round << 16 | slot
 *   │ old  │ s 17 │ s 3  │ s 90 │ old  │ old  │     slot's own word: queued(pool) → running(worker)
 *   └──────┴──────┴──────┴──────┴──────┴──────┘
 * ```
 *
 * The ring only says *where to look*. The truth about a task is the state word of its slot, and
 * what claims a task is one compare-and-exchange on that word, which carries the claimant. `head`
 * and `tail` are moved after the fact, by whoever comes first. So a thread may die between any two
 * steps and the others go on: there is no step after which something is held by nobody.
 *
 * Positions count up for ever (modulo 2³²); position p lives at index p mod capacity and belongs
 * to round p div capacity. The entry of a position carries the tag of its round, so "empty" needs
 * no mark and nobody has to clear an entry.
 *
 * Invariants (model test: test/model/task-ring.test.ts)
 *  1. An entry goes from round r−1 to round r exactly once, by compare-and-exchange. A pusher that
 *     slept through a whole round finds another tag and starts again.
 *  2. `tail` passes p only when entry p is filled; `head` passes p only when the slot in entry p
 *     was found not to be queued for this pool any more, claimed just now or earlier or cancelled.
 *  3. A slot that is queued and pushed is claimed exactly once: at most once because of its state
 *     word, at least once because of 2.
 *  4. Entries are claimed in the order of their positions, except that a slot may be used for a new
 *     task while its old entry is still ahead (it was cancelled), or still in the hands of a worker
 *     that slept since it read the entry (it was done): then the new task is taken at the old
 *     place, earlier than it asked for, and its own entry is passed over.
 *
 * Left out: a sequence number per entry as in Vyukov's queue (a thread that dies between taking a
 * ticket and filling the entry stops everybody), and links through the slots as in Michael and
 * Scott's (needs counted pointers, and touches two cache lines per step).
 * See Tsigas and Zhang, "A simple, fast and scalable non-blocking concurrent FIFO queue for shared
 * memory multiprocessor systems", SPAA 2001, for moving head and tail after the fact.
 */
import { compareExchange, load } from './atomics.ts';

const SLOT_BITS = 16;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const TAG_MASK = (1 << (32 - SLOT_BITS)) - 1;

/** No position is ahead of this one. */
const NEVER = 0x7fff_ffff;

/** Where a ring lives, and how to find the state word of a slot. */
export interface RingPlace {
  readonly words: Int32Array;
  /** Word of the next position to claim. */
  readonly head: number;
  /** Word of the next position to fill. */
  readonly tail: number;
  /** First word of the entries. */
  readonly entries: number;
  /** Number of entries: a power of two. */
  readonly capacity: number;
  /** Word of the state of slot 0, and the distance to the next slot's. */
  readonly states: number;
  readonly stateStride: number;
}

export class TaskRing {
  readonly #words: Int32Array;
  readonly #head: number;
  readonly #tail: number;
  readonly #entries: number;
  readonly #capacity: number;
  readonly #roundShift: number;
  readonly #states: number;
  readonly #stateStride: number;
  /**
   * The head as this thread saw it last. It spares pushers the claimers' cache line: the head only
   * moves on, so there is at least the room that there was then. Open to see for the model test.
   */
  headSeen: number = NEVER;

  constructor(place: RingPlace) {
    this.#words = place.words;
    this.#head = place.head;
    this.#tail = place.tail;
    this.#entries = place.entries;
    this.#capacity = place.capacity;
    this.#roundShift = 31 - Math.clz32(place.capacity);
    this.#states = place.states;
    this.#stateStride = place.stateStride;
  }

  /**
   * Puts a slot whose state is already `queued` at the end. Any thread.
   *
   * @returns false when the ring is full; then nothing has happened
   */
  push(slot: number): boolean {
    const words = this.#words;
    for (;;) {
      const tail = load(words, this.#tail);
      const at = this.#entries + (tail & (this.#capacity - 1));
      const entry = load(words, at);
      const tag = this.#tagOf(tail);
      const found = entry >>> SLOT_BITS;
      if (found === tag) {
        compareExchange(words, this.#tail, tail, (tail + 1) | 0);
        continue;
      }
      if (found !== ((tag - 1) & TAG_MASK)) continue; // slept through a round: tail is elsewhere
      if (!this.#hasRoomAt(tail)) {
        if (load(words, this.#tail) === tail) return false;
        continue;
      }
      if (compareExchange(words, at, entry, (tag << SLOT_BITS) | slot) === entry) {
        compareExchange(words, this.#tail, tail, (tail + 1) | 0);
        return true;
      }
    }
  }

  /**
   * Takes the first slot that is still `queued`, by moving its state on to `running`.
   *
   * @returns the slot, or -1 when there is none
   */
  claim(queued: number, running: number): number {
    const words = this.#words;
    for (;;) {
      const head = load(words, this.#head);
      const entry = load(words, this.#entries + (head & (this.#capacity - 1)));
      if (entry >>> SLOT_BITS !== this.#tagOf(head)) {
        if (load(words, this.#head) === head) return -1;
        continue;
      }
      const slot = entry & SLOT_MASK;
      const state = this.#states + slot * this.#stateStride;
      const won = compareExchange(words, state, queued, running) === queued;
      this.#pass(head);
      if (won) return slot;
    }
  }

  /**
   * The first slot that is still `queued`; moves the head to it, over those that were taken out of turn.
   *
   * @returns the slot, or -1 when there is none
   */
  first(queued: number): number {
    const words = this.#words;
    for (;;) {
      const head = load(words, this.#head);
      const entry = load(words, this.#entries + (head & (this.#capacity - 1)));
      if (entry >>> SLOT_BITS !== this.#tagOf(head)) {
        if (load(words, this.#head) !== head) continue;
        return -1;
      }
      const slot = entry & SLOT_MASK;
      if (load(words, this.#states + slot * this.#stateStride) === queued) return slot;
      this.#pass(head);
    }
  }

  /** How many slots in the ring are still `queued`: a hint, like `size`, without those taken out of turn. */
  count(queued: number): number {
    const words = this.#words;
    const head = load(words, this.#head);
    let count = 0;
    for (let ahead = this.size - 1; ahead >= 0; ahead--) {
      const at = this.#entries + ((head + ahead) & (this.#capacity - 1));
      const slot = load(words, at) & SLOT_MASK;
      if (load(words, this.#states + slot * this.#stateStride) === queued) count++;
    }
    return count;
  }

  /** How many entries are ahead, cancelled ones included: a hint, for decisions only. */
  get size(): number {
    return Math.max(0, (load(this.#words, this.#tail) - load(this.#words, this.#head)) | 0);
  }

  /** Whether the ring has an entry to claim, as far as can be seen at this moment. */
  get hasWork(): boolean {
    const head = load(this.#words, this.#head);
    return (
      load(this.#words, this.#entries + (head & (this.#capacity - 1))) >>> SLOT_BITS ===
      this.#tagOf(head)
    );
  }

  /** Whether an entry between head and tail names this slot. Exact only for a dead owner's slot. */
  holds(slot: number): boolean {
    let head = load(this.#words, this.#head);
    for (let ahead = 0; ahead < this.#capacity; ahead++) {
      const position = (head + ahead) | 0;
      const entry = load(this.#words, this.#entries + (position & (this.#capacity - 1)));
      if (entry >>> SLOT_BITS !== this.#tagOf(position)) {
        // Not filled yet; or filled for a later round, and then the head has moved on.
        const now = load(this.#words, this.#head);
        if (now === head) return false;
        head = now;
        ahead = -1;
      } else if ((entry & SLOT_MASK) === slot) {
        return true;
      }
    }
    return false;
  }

  /** Moves the head on from this position, unless somebody has. */
  #pass(head: number): void {
    compareExchange(this.#words, this.#head, head, (head + 1) | 0);
  }

  /** Whether position `tail` may be filled. */
  #hasRoomAt(tail: number): boolean {
    const ahead = tail - this.headSeen;
    if (ahead > 0 && ahead < this.#capacity) return true;
    this.headSeen = load(this.#words, this.#head);
    return ((tail - this.headSeen) | 0) < this.#capacity;
  }

  /** Rounds are counted from 1, so that memory full of zeros is a ring of round 0: empty. */
  #tagOf(position: number): number {
    return ((position >>> this.#roundShift) + 1) & TAG_MASK;
  }
}
