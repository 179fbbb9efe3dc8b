/**
 * Random programs run with CPython's asyncio and with Skein, both in virtual time, must do the same
 * things in the same order.
 *
 * In `npm test` 50 programs; `npm run test:differential` runs 500. The seeds are 0, 1, 2 … plus
 * SKEIN_DIFFERENTIAL_FROM, so that a failure is the same everywhere.
 *
 * The newest Python that is found is asked; SKEIN_DIFFERENTIAL_PYTHON names another one. Left out with an
 * older one, because the newest holds (program.ts says in which it changed): `wait_for`; a task that
 * cancels itself; conditions; shutting a queue down; a group that fails while its task is being
 * cancelled. Timers of the same moment, and the tasks of a group that is cancelled, are put into the
 * order of registration, which asyncio leaves open.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceFrom, exclusionOf, report, shrink } from './compare.ts';
import { generate } from './generate.ts';
import { featuresOf, findPython, interpretInPython } from './python.ts';

const PROGRAMS = Number(process.env.SKEIN_DIFFERENTIAL_PROGRAMS ?? 50);
const FROM = Number(process.env.SKEIN_DIFFERENTIAL_FROM ?? 0);

const python = findPython();

test(
  `${PROGRAMS} random programs do what they do in asyncio`,
  { skip: python === null ? 'there is no python3 of 3.11 or newer here' : false },
  async (t) => {
    assert.ok(python);
    const features = featuresOf(python);
    const seeds = Array.from({ length: PROGRAMS }, (_, nth) => FROM + nth);
    const programs = seeds.map((seed) => generate(seed, features));
    const traces = interpretInPython(python, programs);
    let excluded = 0;
    for (const [nth, program] of programs.entries()) {
      const trace = traces[nth] as string[];
      if (exclusionOf(trace) !== null) {
        excluded++;
        continue;
      }
      const difference = await differenceFrom(trace, program);
      if (difference !== null) {
        assert.fail(report(seeds[nth] as number, await shrink(python, difference)));
      }
    }
    const lines = traces.reduce((sum, trace) => sum + trace.length, 0);
    t.diagnostic(
      `Python ${python.version.join('.')}, ${PROGRAMS} programs, ${lines} events, ${excluded} excluded`,
    );
    assert.ok(excluded <= PROGRAMS / 10, `${excluded} of ${PROGRAMS} programs were excluded`);
  },
);
