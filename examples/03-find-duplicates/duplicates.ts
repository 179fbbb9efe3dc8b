import type { HashedFile } from './hash-files.ts';

/** Files with the same content. */
export interface Duplicates {
  /** Sorted. */
  readonly paths: readonly string[];
  /** How many of them are files of their own: further names of the same file waste nothing. */
  readonly copies: number;
  /** Of one copy. */
  readonly bytes: number;
  /** What would be free if there were one copy only. */
  readonly waste: number;
}

/** The groups of files with the same content, largest waste first. Empty files waste nothing. */
export function findDuplicates(files: readonly HashedFile[]): Duplicates[] {
  const found: Duplicates[] = [];
  for (const same of groupByContent(files).values()) {
    const copies = new Set(same.map(({ inode }) => inode)).size;
    const { bytes } = same[0] as HashedFile;
    if (copies === 1 || bytes === 0) continue;
    const paths = same.map(({ path }) => path).sort();
    found.push({ paths, copies, bytes, waste: bytes * (copies - 1) });
  }
  return found.sort((a, b) => b.waste - a.waste || (first(a) < first(b) ? -1 : 1));
}

function groupByContent(files: readonly HashedFile[]): Map<string, HashedFile[]> {
  const groups = new Map<string, HashedFile[]>();
  for (const file of files) {
    const group = groups.get(file.sha256);
    if (group === undefined) groups.set(file.sha256, [file]);
    else group.push(file);
  }
  return groups;
}

const first = ({ paths }: Duplicates): string => paths[0] as string;
