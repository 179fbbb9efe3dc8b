// The main program of the process in which a contestant competes: sets it up, measures it, prints the
// sample as the last line of stdout, tears it down. A contestant is a module with
//
//   name, version                 what the table calls it
//   setup(job)                    prepares; `job` is the question's case
//   run(count): seconds           does the work so often and checks what comes out; may be async
//   teardown()                    after it nothing keeps the process alive

import { measure, measureOnce } from './measure.mjs';

const [file, text] = process.argv.slice(2);
const { effort, once, ...job } = JSON.parse(text);
const { name, version, setup, run, teardown } = await import(`../contestants/${file}`);

await setup(job);
const sample = await (once ? measureOnce(run) : measure(run, effort));
console.log(JSON.stringify({ name, version, ...sample }));
await teardown();
