import { RuntimeError } from '../core/exceptions.ts';
import { add, load, store } from './atomics.ts';
import { ARENA_BYTES, HEADER, MAGIC, MEMORY_BYTES, PAGE_BYTES } from './layout.ts';

/** What a new thread is given to find the memory: the two buffers themselves. */
export interface MemoryBuffers {
  readonly memory: SharedArrayBuffer;
  readonly arena: SharedArrayBuffer;
}

/** Pages that the arena begins with; it doubles when they are used up. */
const FIRST_PAGES = 256;

/** The memory that all threads of one program share; `layout.ts` is its map. */
export class ProcessMemory {
  readonly buffers: MemoryBuffers;
  readonly words: Int32Array;

  constructor(buffers: MemoryBuffers) {
    this.buffers = buffers;
    this.words = new Int32Array(buffers.memory);
    if (load(this.words, HEADER.magic) !== MAGIC) {
      throw new RuntimeError(
        'This thread was given memory of another version of skein. ' +
          'Make sure that all threads of the program load the same copy of the package.',
        'ERR_MEMORY_VERSION',
      );
    }
  }

  /** Makes the memory of a new program. Called once, by the first thread that needs it. */
  static create(): ProcessMemory {
    const memory = new SharedArrayBuffer(MEMORY_BYTES);
    const arena = new SharedArrayBuffer(FIRST_PAGES * PAGE_BYTES, { maxByteLength: ARENA_BYTES });
    const words = new Int32Array(memory);
    store(words, HEADER.magic, MAGIC);
    store(words, HEADER.nextIdent, 1);
    store(words, HEADER.nextSerial, 1);
    return new ProcessMemory({ memory, arena });
  }

  /** A number that no thread and no pool of this program had before. */
  nextIdent(): number {
    return add(this.words, HEADER.nextIdent, 1);
  }

  /** A number for what is carried by the keeper; never 0. */
  nextSerial(): number {
    return add(this.words, HEADER.nextSerial, 1);
  }
}
