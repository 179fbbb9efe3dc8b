/**
 * A worker's end of its child process: the process itself, and the socket to it.
 *
 * What the child prints goes straight to where this process prints: it writes it before the bytes of the
 * result, so it is out before anybody hears of that. It reads nothing from stdin.
 */
import { type ChildProcess as NodeChild, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { CHILD_ENTRY } from '../crossing/in-child.ts';
import { besideTheDoor } from '../crossing/package-place.ts';
import { store } from '../shared/atomics.ts';
import { THREAD, threadAt } from '../shared/layout.ts';
import { type Frame, FrameReader } from './child-frames.ts';

/** What a child process is started with. Plain data. */
export interface ChildSetup {
  /** Node's arguments. */
  readonly execArgv: readonly string[];
  /** Undefined: that of the program. */
  readonly env: Readonly<Record<string, string>> | undefined;
  /** Undefined: that of the program. */
  readonly cwd: string | undefined;
}

/** How a child process came to its end: one of the three. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started. */
  readonly error: Error | null;
}

/** Who is told of it. */
export interface ChildHost {
  received(frame: Frame): void;
  /** After all that it has said. Once. */
  ended(end: ChildEnd): void;
}

export class ChildProcess {
  readonly #child: NodeChild;
  readonly #socket: Socket | null;

  /**
   * Starts it.
   *
   * @param words - of the memory in which its number is noted, for those who end it
   * @param entry - of the thread that it belongs to
   * @throws what Node throws that may not start processes (permission model)
   */
  constructor(words: Int32Array, entry: number, { execArgv, env }: ChildSetup, host: ChildHost) {
    const script = fileURLToPath(besideTheDoor(CHILD_ENTRY));
    const child = spawn(process.execPath, [...execArgv, script], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
      ...(env === undefined ? {} : { env }),
    });
    const noted = threadAt(entry) + THREAD.child;
    store(words, noted, child.pid ?? 0);
    child.on('exit', () => store(words, noted, 0));
    child.on('close', (code, signal) => host.ended({ code, signal, error: null }));
    child.on('error', (error) => {
      if (child.pid === undefined) host.ended({ code: null, signal: null, error });
    });
    this.#child = child;
    // Of one that found no descriptor Node has not even set `stdio`.
    const stdio = child.stdio as readonly unknown[] | undefined;
    this.#socket = (stdio?.[3] as Socket | null | undefined) ?? null;
    const reader = new FrameReader();
    this.#socket?.on('data', (piece: Buffer) => {
      for (const each of reader.push(piece)) host.received(each);
    });
    this.#socket?.on('error', () => {}); // it has ended: that is told in any case
    this.#socket?.on('close', () => this.kill()); // if it has not, it cannot be heard any more
  }

  /** Tells it something. */
  send(frame: Uint8Array): void {
    this.#socket?.write(frame);
  }

  /** Ends it at once, wherever it is. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
