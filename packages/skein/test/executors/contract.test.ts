/** One suite for both executors, in every place where a program can be. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { before, describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { newEventLoop, NodeEventLoop, Thread } from 'skein';
import { caseNames, contractOf } from '../fixtures/contract.ts';
import { inBlockingLoop, inNodeLoop } from '../fixtures/contract-places.ts';
import { type ExecutorClass, executors } from '../fixtures/executors.ts';
import { outcomeOf } from '../fixtures/outcomes.ts';

type Outcomes = Record<string, string | null>;

const places: Record<string, (given: ExecutorClass) => Promise<Outcomes> | Outcomes> = {
  'the main thread, a NodeEventLoop': async (given) => {
    const loop = new NodeEventLoop();
    const outcomes = await loop.runUntilComplete(contractOf(given));
    loop.close();
    return outcomes;
  },
  'the main thread, a loop that blocks': (given) => {
    const loop = newEventLoop();
    const outcomes = loop.runUntilComplete(contractOf(given));
    loop.close();
    return outcomes;
  },
  'a Thread, a loop that blocks': async ({ name }) =>
    (await outcomeOf(
      (reporter) => new Thread({ target: inBlockingLoop, args: [reporter, name] }),
    )) as Outcomes,
  'a Thread, a NodeEventLoop': async ({ name }) =>
    (await outcomeOf(
      (reporter) => new Thread({ target: inNodeLoop, args: [reporter, name] }),
    )) as Outcomes,
  'a Worker of the program, a NodeEventLoop': async ({ name }) => {
    const file = new URL('../fixtures/contract-places.js', import.meta.url);
    const worker = new Worker(file, { workerData: { contractOf: name } });
    const [outcomes] = (await once(worker, 'message')) as [Outcomes];
    await once(worker, 'exit'); // by itself
    return outcomes;
  },
};

/** Who asks is of no matter to a child process, which hears it from a thread of the pool. */
const PLACES_FOR_PROCESSES = ['the main thread, a NodeEventLoop', 'a Thread, a loop that blocks'];

for (const given of executors) {
  describe(given.name, () => {
    for (const [place, goThrough] of Object.entries(places)) {
      if (given.what === 'process' && !PLACES_FOR_PROCESSES.includes(place)) continue;
      describe(place, () => {
        let outcomes: Outcomes = {};
        before(async () => {
          outcomes = await goThrough(given);
        });
        for (const name of caseNames) {
          test(name, () => assert.equal(outcomes[name], null));
        }
      });
    }
  });
}
