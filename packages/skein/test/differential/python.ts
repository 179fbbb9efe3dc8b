import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Features, Program } from './program.ts';

/** The CPython of this machine. */
export interface Python {
  readonly command: string;
  /** As `[3, 14, 2]`. */
  readonly version: readonly [major: number, minor: number, micro: number];
}

const INTERPRETER = fileURLToPath(
  new URL('../../test/differential/interpreter.py', import.meta.url),
);

const MEGABYTES_64 = 64 * 1024 * 1024;

const NEWEST_FIRST = ['python3.15', 'python3.14', 'python3.13', 'python3.12', 'python3', 'python'];

/**
 * Looks for a Python with task groups and timeouts, 3.11 or newer, the newest there is; null when there
 * is none. SKEIN_DIFFERENTIAL_PYTHON names another one.
 */
export function findPython(): Python | null {
  const named = process.env.SKEIN_DIFFERENTIAL_PYTHON;
  for (const command of named === undefined ? NEWEST_FIRST : [named]) {
    const { status, stdout } = spawnSync(
      command,
      ['-c', 'import sys; print(*sys.version_info[:3])'],
      {
        encoding: 'utf8',
      },
    );
    if (status !== 0) continue;
    const [major = 0, minor = 0, micro = 0] = stdout.trim().split(' ').map(Number);
    if (major > 3 || (major === 3 && minor >= 11)) {
      return { command, version: [major, minor, micro] };
    }
  }
  return null;
}

/** What the programs may use, so that this Python does it as the newest one does. */
export function featuresOf({ version: [major, minor] }: Python): Features {
  const isAtLeast = (wanted: number): boolean => major > 3 || minor >= wanted;
  const [newer, newest] = [isAtLeast(12), isAtLeast(13)];
  return {
    waitFor: newer,
    gatherDone: newer,
    selfCancel: newest,
    condition: newest,
    shutdown: newest,
  };
}

/** Runs the programs with asyncio, all in one process. */
export function interpretInPython(python: Python, programs: readonly Program[]): string[][] {
  const { status, stdout, stderr, error } = spawnSync(python.command, [INTERPRETER], {
    input: JSON.stringify(programs),
    encoding: 'utf8',
    maxBuffer: MEGABYTES_64,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${python.command} has failed: ${stderr}`);
  return JSON.parse(stdout) as string[][];
}
