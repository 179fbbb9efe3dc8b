// The main program of the process in which a contestant competes: sets it up, measures it, prints the
// sample as the last line of stdout, tears it down. A contestant is a module with
//
//   name, version                 what the table calls it
//   setup(job)                    prepares; `job` is the question's case, and where memory is measured
//                                 has atPeak(waiting), to be called when all of a run is pending
//   run(count): seconds           does the work so often and checks what comes out; may be async
//   teardown()                    after it nothing keeps the process alive

import { measure, measureOnce } from './measure.mjs';
import { atPeak, measureMemory } from './memory.mjs';

const [file, text] = process.argv.slice(2);
const { effort, once, memory, ...job } = JSON.parse(text);
const { name, version, setup, run, teardown } = await import(`../contestants/${file}`);

await setup(memory ? { ...job, atPeak } : job);
const measured = memory ? measureMemory : once ? measureOnce : measure;
const sample = await measured(run, effort);
console.log(JSON.stringify({ name, version, ...sample }));
await teardown();
