import { VirtualTimeLoop, VirtualTimeNodeLoop } from 'skein/testing';
import { interpret } from './interpret.ts';
import type { Program } from './program.ts';
import { interpretInPython, type Python } from './python.ts';
import { smallerVersions } from './smaller.ts';

/** A program that behaves differently, as small as it could be made. */
export interface Difference {
  readonly program: Program;
  readonly driver: string;
  readonly expected: readonly string[];
  readonly actual: readonly string[];
}

const DRIVERS = [
  { name: 'VirtualTimeLoop', newLoop: () => new VirtualTimeLoop() },
  { name: 'VirtualTimeNodeLoop', newLoop: () => new VirtualTimeNodeLoop() },
] as const;

/** Why asyncio's trace is not to be compared, or null. */
export function exclusionOf(trace: readonly string[]): string | null {
  const first = trace[0] ?? '';
  return first.startsWith('excluded: ') ? first.slice('excluded: '.length) : null;
}

/** The first line in which the traces are not the same; -1 when there is none. */
function firstDifference(expected: readonly string[], actual: readonly string[]): number {
  const length = Math.max(expected.length, actual.length);
  for (let nth = 0; nth < length; nth++) {
    if (!isSame(expected[nth] ?? '', actual[nth] ?? '')) return nth;
  }
  return -1;
}

/**
 * Differs: asyncio gives the message of a task's cancellation to the first who waits for it, and
 * `gather` gives none for it; Skein throws the same error, with its message, at everybody. So where
 * asyncio shows no message, any is right.
 */
function isSame(expected: string, actual: string): boolean {
  if (expected === actual) return true;
  const parts = expected.split('cancelled()').map((part) => part.replaceAll(/[^\w ]/g, '\\$&'));
  return new RegExp(`^${parts.join('cancelled\\((?:m\\d+)?\\)')}$`).test(actual);
}

/** Runs a program over each loop and compares with the trace of asyncio. */
export async function differenceFrom(
  expected: readonly string[],
  program: Program,
): Promise<Difference | null> {
  for (const { name, newLoop } of DRIVERS) {
    const actual = await interpret(program, newLoop());
    if (firstDifference(expected, actual) >= 0) {
      return { program, driver: name, expected, actual };
    }
  }
  return null;
}

/** Takes away whatever the difference does not need. */
export async function shrink(python: Python, difference: Difference): Promise<Difference> {
  let smallest = difference;
  for (;;) {
    const candidates = smallerVersions(smallest.program);
    const expected = interpretInPython(python, candidates);
    let found: Difference | null = null;
    for (const [nth, program] of candidates.entries()) {
      const trace = expected[nth] as string[];
      found = exclusionOf(trace) === null ? await differenceFrom(trace, program) : null;
      if (found !== null) break;
    }
    if (found === null) return smallest;
    smallest = found;
  }
}

/** What a person needs to see. */
export function report(seed: number, { program, driver, expected, actual }: Difference): string {
  const at = firstDifference(expected, actual);
  const mark = (lines: readonly string[]): string =>
    lines.map((line, nth) => `${nth === at ? '>' : ' '} ${line}`).join('\n');
  return (
    `seed ${seed} over ${driver}: Skein and asyncio differ from line ${at + 1} on\n` +
    `${JSON.stringify(program, null, 1)}\n\nasyncio:\n${mark(expected)}\n\nSkein:\n${mark(actual)}`
  );
}
