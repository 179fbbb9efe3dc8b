/**
 * A child process's end of the socket to its worker.
 *
 * It writes without going back to Node: so what it has to say is out before whatever it does next, even if
 * that ends the process. And it can read so as well, in the middle of a function that computes, without
 * waiting: Node has set the socket to that, and one descriptor serves both. A look takes some 10 µs, for
 * nothing there is an error to Node; so it is taken once in a millisecond at the most.
 *
 * On Windows a socket can only be read when Node's loop turns.
 */
import { readSync } from 'node:fs';
import { Socket } from 'node:net';
import { writeAll } from '../threading/thread-output.ts';
import { CHANNEL_FD, type Frame, FrameReader, Message } from './child-frames.ts';

const LOOK_MS = 1;
const PIECE_BYTES = 64 * 1024;

export class ParentChannel {
  readonly #socket = new Socket({ fd: CHANNEL_FD });
  readonly #reader = new FrameReader();
  readonly #handle: (frame: Frame) => void;
  readonly #piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  readonly #isDirect = process.platform !== 'win32';
  #frames: Frame[] = [];
  #isHandling = false;
  #nextLook = 0;

  /** @param handle - is given what the worker says, in order; what asks a job to end may come before */
  constructor(handle: (frame: Frame) => void) {
    this.#handle = handle;
    this.#socket.on('data', (piece: Buffer) => {
      this.#frames.push(...this.#reader.push(piece));
      this.#handleAll();
    });
    this.#socket.on('error', () => {}); // then it closes
    this.#socket.on('close', () => process.exit()); // the worker is gone, and nobody else knows of this one
  }

  send(frame: Uint8Array): void {
    if (this.#isDirect) writeAll(CHANNEL_FD, frame);
    else this.#socket.write(frame);
  }

  /** Sees whether a job was asked to end meanwhile. Does not wait; most calls only look at the clock. */
  readonly look = (): void => {
    const now = performance.now();
    if (now < this.#nextLook || !this.#isDirect) return;
    this.#nextLook = now + LOOK_MS;
    for (let read = this.#read(); read !== null; read = this.#read()) {
      this.#frames.push(...this.#reader.push(read));
    }
    const asks = this.#frames.filter((each) => this.#isForBegunJob(each));
    if (asks.length > 0) {
      this.#frames = this.#frames.filter((each) => !asks.includes(each));
      for (const each of asks) this.#handle(each);
    }
    if (this.#frames.length > 0 && !this.#isHandling) setImmediate(() => this.#handleAll());
  };

  /** Whether it asks a job to end that does not wait here itself. */
  #isForBegunJob({ type, key }: Frame): boolean {
    if (type !== Message.ask) return false;
    return !this.#frames.some((each) => each.type === Message.job && each.key === key);
  }

  /** What has come; null = nothing. */
  #read(): Uint8Array | null {
    let length = 0;
    try {
      length = readSync(CHANNEL_FD, this.#piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null;
    }
    return length > 0 ? Uint8Array.prototype.slice.call(this.#piece, 0, length) : process.exit();
  }

  #handleAll(): void {
    if (this.#isHandling) return;
    this.#isHandling = true;
    for (let next = this.#frames.shift(); next !== undefined; next = this.#frames.shift()) {
      this.#handle(next);
    }
    this.#isHandling = false;
  }
}
