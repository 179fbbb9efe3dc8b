// Runs the benchmarks and prints Markdown. Each question is a file of its own in questions/, which says
// in its first line what it guards; who competes is in contestants/; how is measured, in harness/.
//
//   npm run bench                     everything
//   npm run bench -- pool loop        the questions whose names hold one of the words
//   npm run bench -- --quick          fewer and shorter rounds: to see that it works
//   npm run bench -- --json FILE      writes all samples, too
//   npm run bench -- --against DIR    a second build of Skein beside this one: the package in DIR

import { writeFileSync } from 'node:fs';
import { parseArguments } from './harness/arguments.mjs';
import { describeMachine } from './harness/machine.mjs';
import { loadQuestions } from './harness/questions.mjs';
import { report } from './harness/report.mjs';
import { runRounds } from './harness/rounds.mjs';
import { judge, reportTargets } from './harness/targets.mjs';

const options = parseArguments();
const questions = await loadQuestions(options.words);
const machine = describeMachine();

console.log(`# Skein beside its peers\n\n${machine.text}\n`);
const answers = [];
for (const question of questions) {
  const answer = await runRounds(question, options);
  answers.push(answer);
  console.log(report(answer));
}
const targets = answers.flatMap((answer) => judge(answer));
console.log(reportTargets(targets));

if (options.json !== undefined) {
  const data = { machine: machine.facts, answers, targets };
  writeFileSync(options.json, `${JSON.stringify(data, null, 2)}\n`);
}
