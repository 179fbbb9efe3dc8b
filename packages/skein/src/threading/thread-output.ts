/**
 * What a thread prints is seen at once.
 *
 * Node holds a Worker's output until its parent's loop turns, and drops it when the thread is
 * terminated. Here the streams of a thread write to the file descriptor themselves, whole lines at
 * a time: what has no newline yet is kept until it has one, or until the thread ends.
 */
import { writeSync } from 'node:fs';

type Done = (error?: Error | null) => void;

/** Makes `process.stdout` and `process.stderr` of this thread write straight through. */
export function printDirectly(): void {
  printThrough(process.stdout, 1);
  printThrough(process.stderr, 2);
}

/** Writes to a file descriptor, all of it, however often the descriptor says "not now". */
export function writeAll(fd: number, text: Uint8Array): void {
  for (let written = 0; written < text.length;) {
    try {
      written += writeSync(fd, text, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return; // nobody reads any more
      Atomics.wait(nap, 0, 0, 1);
    }
  }
}

/**
 * Writes lines. A pipe takes a piece of up to `PIPE_BUF` as a whole or not at all, but more than that
 * in parts, with what others write in between: so many lines go in pieces that end with a line.
 * A single line that is longer may still be torn when the pipe is full.
 */
function writeLines(fd: number, lines: Buffer): void {
  for (let from = 0; from < lines.length;) {
    const rest = lines.subarray(from);
    let end = rest.length;
    if (end > WHOLE_BYTES) end = rest.lastIndexOf(NEWLINE, WHOLE_BYTES - 1) + 1;
    if (end === 0) end = rest.indexOf(NEWLINE) + 1;
    writeAll(fd, rest.subarray(0, end));
    from += end;
  }
}

const nap = new Int32Array(new SharedArrayBuffer(4));
const NEWLINE = 10;
/** `PIPE_BUF`, in bytes: 4096 on Linux, at least 512 everywhere. */
const WHOLE_BYTES = process.platform === 'linux' ? 4096 : 512;

function printThrough(stream: NodeJS.WriteStream, fd: number): void {
  let rest: Buffer = Buffer.alloc(0);
  const print = (chunk: Uint8Array): void => {
    const text = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    const end = text.lastIndexOf(NEWLINE) + 1;
    if (end > 0) writeLines(fd, text.subarray(0, end));
    rest = text.subarray(end);
  };
  const write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | Done,
    done?: Done,
  ): boolean => {
    const isText = typeof chunk === 'string';
    print(isText ? Buffer.from(chunk, typeof encoding === 'string' ? encoding : 'utf8') : chunk);
    const callback = typeof encoding === 'function' ? encoding : done;
    if (callback !== undefined) queueMicrotask(() => callback());
    return true;
  };
  Object.defineProperty(stream, 'write', { value: write, writable: true, configurable: true });
  process.on('exit', () => {
    if (rest.length > 0) writeAll(fd, rest);
  });
}
