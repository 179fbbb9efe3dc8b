import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A regular file; its size as it was when it was found. */
export interface FoundFile {
  readonly path: string;
  readonly bytes: number;
}

/** Something that could not be looked at, and why. */
export interface Unreadable {
  readonly path: string;
  readonly reason: string;
}

/** Part of a folder: what is below some folders, and what lies directly in others. */
export interface Part {
  readonly whole: readonly string[];
  readonly flat: readonly string[];
}

/** Lists the files of a part. Links are not followed; sockets, devices and the like are passed over. */
export function* walk({ whole, flat }: Part): Generator<FoundFile | Unreadable, void> {
  for (const folder of flat) yield* listFiles(folder, []);
  const ahead = [...whole];
  for (let folder = ahead.pop(); folder !== undefined; folder = ahead.pop()) {
    yield* listFiles(folder, ahead);
  }
}

/** Divides what is below a folder into as many parts, of about as many folders each. */
export function divide(folder: string, count: number): Part[] {
  const flat: string[] = [];
  const whole = [folder];
  while (whole.length > 0 && whole.length < count * FOLDERS_PER_PART && flat.length < MOST_FLAT) {
    const next = whole.shift() as string;
    flat.push(next);
    whole.push(...subfolders(next));
  }
  const every = (paths: string[], nth: number): string[] =>
    paths.filter((_, index) => index % count === nth);
  return Array.from({ length: count }, (_, nth) => ({
    whole: every(whole, nth),
    flat: every(flat, nth),
  }));
}

const FOLDERS_PER_PART = 16;
const MOST_FLAT = 1000;

function* listFiles(folder: string, subfoldersGoTo: string[]): Generator<FoundFile | Unreadable> {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    yield unreadable(folder, error);
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) subfoldersGoTo.push(path);
    else if (entry.isFile()) yield measure(path);
  }
}

function measure(path: string): FoundFile | Unreadable {
  try {
    return { path, bytes: lstatSync(path).size };
  } catch (error) {
    return unreadable(path, error);
  }
}

function subfolders(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  } catch {
    return []; // whose part it is meets the same error, and tells of it
  }
}

/** An error of the file system, in a word: `ENOENT`, `EACCES`. */
export function unreadable(path: string, error: unknown): Unreadable {
  return { path, reason: (error as NodeJS.ErrnoException).code ?? String(error) };
}
