/**
 * Cancellation, cell by cell: where the task waits × who cancels × what the cleanup does × in which
 * kind of function and loop. rules.ts says what must come out; where there is a Python, CPython has
 * the last word over the coroutines.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VirtualTimeLoop, VirtualTimeNodeLoop } from 'skein/testing';
import { differenceFrom, exclusionOf, report } from '../differential/compare.ts';
import { interpret } from '../differential/interpret.ts';
import { featuresOf, findPython, interpretInPython } from '../differential/python.ts';
import { asAsyncFunction } from '../differential/script.ts';
import { type Cell, programOf, whyMissing } from './cell.ts';
import { checkAll } from './check-all.ts';
import { places } from './dimensions.ts';
import { cells, cellsOf } from './table.ts';

const drivers = [
  {
    name: 'coroutines, blocking loop',
    run: (cell: Cell) => interpret(programOf(cell), new VirtualTimeLoop()),
  },
  {
    name: 'coroutines, Node’s loop',
    run: (cell: Cell) => interpret(programOf(cell), new VirtualTimeNodeLoop()),
  },
  {
    name: 'async functions, Node’s loop',
    run: (cell: Cell) => interpret(programOf(cell), new VirtualTimeNodeLoop(), asAsyncFunction),
  },
];

for (const { name, run } of drivers) {
  describe(name, () => {
    for (const place of places) {
      if (place.foreign === true && name.endsWith('blocking loop')) continue;
      test(place.name, async () => {
        await checkAll(
          cellsOf(place).filter((cell) => whyMissing(cell) === null),
          run,
        );
      });
    }
  });
}

const python = findPython();

test(
  'CPython does the same',
  { skip: python === null ? 'there is no python3 of 3.11 or newer here' : false },
  async (t) => {
    assert.ok(python);
    const features = featuresOf(python);
    const asked = cells.filter(({ place, canceller }) => {
      if (place.foreign === true) return false;
      if (place.name.startsWith('condition')) return features.condition;
      if (place.name.startsWith('waitFor')) return features.waitFor;
      return canceller !== 'itself' || features.selfCancel;
    });
    const programs = asked.map(programOf);
    const traces = interpretInPython(python, programs);
    let compared = 0;
    for (const [nth, program] of programs.entries()) {
      const cell = asked[nth] as Cell;
      const trace = traces[nth] as string[];
      if (exclusionOf(trace) !== null) continue;
      const difference = await differenceFrom(trace, program);
      compared++;
      if (difference === null) continue;
      assert.fail(
        `${cell.place.name} × ${cell.canceller} × ${cell.cleanup}: ${report(0, difference)}`,
      );
    }
    t.diagnostic(`Python ${python.version.join('.')}, ${compared} cells`);
  },
);
