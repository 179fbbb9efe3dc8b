import assert from 'node:assert/strict';
import type { Cell } from './cell.ts';
import { check } from './rules.ts';

/** Checks every cell, and says all that fail. */
export async function checkAll(
  chosen: readonly Cell[],
  trace: (cell: Cell) => readonly string[] | Promise<readonly string[]>,
): Promise<void> {
  const failures: string[] = [];
  for (const cell of chosen) {
    try {
      check(cell, await trace(cell));
    } catch (error) {
      failures.push(`${cell.canceller} × ${cell.cleanup}: ${(error as Error).message}`);
    }
  }
  if (failures.length > 0) assert.fail(failures.join('\n'));
}
