/** Runs the cells inside a Thread and tells the loop that asked what came out. */
import type { RemoteLoop } from 'skein';
import { VirtualTimeLoop } from 'skein/testing';
import { interpret } from '../differential/interpret.ts';
import { programOf } from './cell.ts';
import { cells } from './table.ts';

const traces: Map<number, readonly string[]> = new Map();

/** In the thread. Not an async function: that would run in a loop, and the cells run their own. */
export function runCells(report: RemoteLoop): Promise<void> {
  return runOneByOne(report);
}

async function runOneByOne(report: RemoteLoop): Promise<void> {
  for (const [nth, cell] of cells.entries()) {
    if (cell.place.foreign === true) continue;
    report.callSoonThreadsafe(
      noteTrace,
      nth,
      await interpret(programOf(cell), new VirtualTimeLoop()),
    );
  }
}

/** In the thread that asked. */
export function noteTrace(nth: number, trace: readonly string[]): void {
  traces.set(nth, trace);
}

/** What has come so far, by the number of the cell. */
export function notedTraces(): ReadonlyMap<number, readonly string[]> {
  return traces;
}
