/**
 * What a worker and its child process say to each other, as bytes on the socket between them.
 *
 * ```
 *   worker                              child
 *     ── hello ──────────────────────▶   its name, the initializer
 *     ◀──────────────── up, or failed ── the initializer is through, or not
 *     ── fn ─────────────────────────▶   the function behind a number; once, before it is used
 *     ── job ────────────────────────▶   the bytes of the arguments, as they lie in the slot
 *     ◀─────────────────────── begun ──  its function is called now: its time counts from here
 *     ── ask ────────────────────────▶   that job shall end
 *     ◀─────────────────────── value ──  of a stream, for the thread that asked
 *     ── taken ──────────────────────▶   so many of its values were taken
 *     ◀───────────────────── outcome ──  the bytes of the result, as they are put into the slot
 *     ── call ───────────────────────▶   a call beside the jobs (`runOnAll`)
 *     ◀─────────────────────── reply ──
 *     ◀──────────────────────── left ──  what goes on there while it has no job
 *     ── end ────────────────────────▶   call the teardown, and exit
 * ```
 *
 * Frame, Int32Array[8] in the order of bytes of this machine: [0] bytes that follow · [1] a `Message` ·
 * [2] key · [3 … 6] numbers · [7] nothing.
 */
import { copyBytes } from '../crossing/copy-bytes.ts';

export const Message = {
  hello: 0,
  up: 1,
  failed: 2,
  fn: 3,
  job: 4,
  ask: 5,
  outcome: 6,
  call: 7,
  reply: 8,
  end: 9,
  begun: 10,
  value: 11,
  taken: 12,
  left: 13,
} as const;

/** The descriptor of the socket in the child. */
export const CHANNEL_FD = 3;

/** What is said. */
export interface Frame {
  readonly type: number;
  /** Slot of a job in the worker, number of a function, of a call or of a stream. */
  readonly key: number;
  /** By type. `job`: function, bits of `Payload`, timeout, grace. `outcome`: an `Outcome`, KiB of heap, 1 = it shall take no job any more. */
  readonly numbers: readonly number[];
  readonly bytes: Uint8Array;
}

const HEAD_BYTES = 32;
const NUMBERS = 4;
const nothing = new Uint8Array(0);

/** Makes a frame; the bytes are copied. */
export function frame(
  type: number,
  key: number,
  numbers: readonly number[] = [],
  bytes: Uint8Array = nothing,
): Buffer {
  const made = Buffer.allocUnsafeSlow(HEAD_BYTES + bytes.length);
  new Int32Array(made.buffer, 0, HEAD_BYTES / 4).set([bytes.length, type, key, 0, 0, 0, 0, 0]);
  new Int32Array(made.buffer, 12, NUMBERS).set(numbers);
  copyBytes(bytes, 0, bytes.length, made, HEAD_BYTES);
  return made;
}

/** Puts frames together again from the pieces in which they come. */
export class FrameReader {
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** How many bytes there have to be before there is something to do. */
  #wanted = HEAD_BYTES;

  /** Takes a piece; gives the frames that are complete by it. */
  push(piece: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    this.#pieces.push(piece);
    this.#length += piece.length;
    while (this.#length >= this.#wanted) {
      const all = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
      const head = new Int32Array(Uint8Array.prototype.slice.call(all, 0, HEAD_BYTES).buffer);
      this.#pieces = [all];
      this.#wanted = HEAD_BYTES + (head[0] as number);
      if (all.length < this.#wanted) break;
      const [, type, key, ...rest] = head as unknown as [number, number, number, ...number[]];
      const bytes = all.subarray(HEAD_BYTES, this.#wanted);
      frames.push({ type, key, numbers: rest.slice(0, NUMBERS), bytes });
      const left = all.subarray(this.#wanted);
      this.#pieces = [left];
      this.#length = left.length;
      this.#wanted = HEAD_BYTES;
    }
    return frames;
  }
}
