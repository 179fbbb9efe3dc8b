import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FoundFile, type Unreadable, unreadable } from './walk.ts';

/** A file and what is in it. */
export interface HashedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Two paths with the same one are one file, under two names. */
  readonly inode: string;
}

export type Outcome = HashedFile | Unreadable;

/** Files for one task of the pool: many small ones, or a large one. */
const MOST_FILES = 64;
const MOST_BYTES = 2 * 1024 * 1024;

/** What was found at once. */
export interface Batch {
  readonly paths: readonly string[];
  /** Of all of them together. */
  readonly bytes: number;
  readonly unreadable: readonly Unreadable[];
}

/** Puts files together into batches that are worth the way to another thread. */
export function* batches(found: Iterable<FoundFile | Unreadable>): Generator<Batch, void> {
  let paths: string[] = [];
  let lost: Unreadable[] = [];
  let bytes = 0;
  for (const file of found) {
    if ('reason' in file) {
      lost.push(file);
    } else {
      paths.push(file.path);
      bytes += file.bytes;
    }
    if (paths.length + lost.length < MOST_FILES && bytes < MOST_BYTES) continue;
    yield { paths, bytes, unreadable: lost };
    [paths, lost, bytes] = [[], [], 0];
  }
  if (paths.length + lost.length > 0) yield { paths, bytes, unreadable: lost };
}

/** Hashes files, one after the other. What cannot be read says why; nothing is thrown. */
export function hashFiles(paths: readonly string[]): Outcome[] {
  return paths.map((path) => {
    try {
      return hashFile(path);
    } catch (error) {
      return unreadable(path, error);
    }
  });
}

// What was a file when it was found may be a link or a pipe by now: the one is not followed, and
// opening the other must not wait for somebody who writes into it.
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

const chunk = Buffer.allocUnsafe(1024 * 1024);

function hashFile(path: string): Outcome {
  const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) return { path, reason: 'is no file any more' };
    const hash = createHash('sha256');
    let bytes = 0;
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      hash.update(chunk.subarray(0, read));
      bytes += read;
    }
    const inode = `${stats.dev}:${stats.ino}`;
    return { path, bytes, sha256: hash.digest('base64'), inode };
  } finally {
    closeSync(file);
  }
}
