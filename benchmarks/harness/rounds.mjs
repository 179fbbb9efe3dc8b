/**
 * Fair turns: every contestant in a fresh process, once per round, in the order A B C A B C …, so that
 * what else the machine does meets all of them. Who does not end in time is killed and shown as hung;
 * who fails, or computes something wrong, is shown with its error.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { saying } from './progress.mjs';
import { interpreterWith } from './python.mjs';

const GUARD_MS = 30_000;
const contestantsFolder = fileURLToPath(new URL('../contestants/', import.meta.url));
const contestantMain = fileURLToPath(new URL('contestant-main.mjs', import.meta.url));

/**
 * @typedef {object} Entry one line of a table
 * @property {string} who the contestant's file without its ending; `NAME@against` for the second build
 * @property {string} name
 * @property {string} version
 * @property {(import('./measure.mjs').Sample | null)[]} samples by round; null where there was none
 * @property {string[]} failures why there was none
 *
 * @typedef {{ question: import('./questions.mjs').Question, rounds: number,
 *   missing: string[], cases: { name: string, entries: Entry[] }[] }} Answer
 */

/**
 * @param {import('./questions.mjs').Question} question
 * @returns {Promise<Answer>}
 */
export async function runRounds(question, { rounds, effort, against }) {
  const { commands, missing } = commandsOf(question, against);
  const cases = Object.entries(question.cases).map(([name, job]) => ({
    name,
    job: {
      ...job,
      effort: { ...effort, ...question.effort, count: job.count },
      once: question.once,
      memory: question.shown === 'memory',
    },
    entries: commands
      .filter(({ who }) => job.only?.includes(who.replace('@against', '')) ?? true)
      .map(newEntry),
  }));
  for (let round = 1; round <= rounds; round++) {
    for (const { name, job, entries } of cases) {
      for (const entry of entries) {
        saying(`${question.name}, round ${round} of ${rounds}, ${name}: ${entry.who}`);
        await takeSample(entry, job);
      }
    }
  }
  saying('');
  return { question, rounds, missing, cases: cases.map(withoutCommands) };
}

function newEntry(command) {
  return { ...command, name: command.who, version: '', samples: [], failures: [] };
}

function commandsOf({ contestants }, against) {
  const commands = [];
  const missing = [];
  for (const { file, python, feature } of contestants) {
    const who = [file.replace(/\.\w+$/, ''), feature].filter(Boolean).join('+');
    if (python !== undefined) {
      const interpreter = interpreterWith(python);
      if (interpreter === undefined) missing.push(`no Python on this machine has ${python}`);
      else
        commands.push({
          who,
          program: interpreter,
          args: [join(contestantsFolder, file)],
          env: {},
        });
      continue;
    }
    const command = { program: process.execPath, args: [contestantMain, file], feature };
    commands.push({ who, ...command, env: {} });
    if (against !== undefined && who.startsWith('skein')) {
      commands.push({ who: `${who}@against`, ...command, env: { SKEIN_UNDER_TEST: against } });
    }
  }
  return { commands, missing };
}

async function takeSample(entry, job) {
  const { feature = job.feature } = entry;
  const { printed, error } = await runProcess(entry, JSON.stringify({ ...job, feature }));
  let sample = null;
  if (error !== undefined) {
    entry.failures.push(error);
  } else {
    const { name, version, ...measured } = JSON.parse(printed.trimEnd().split('\n').at(-1));
    entry.name = entry.feature === undefined ? name : `${name}, ${entry.feature}`;
    if (entry.who.endsWith('@against')) entry.name += ' (the other build)';
    entry.version = version;
    sample = measured;
  }
  entry.samples.push(sample);
}

function runProcess({ program, args, env }, job) {
  return new Promise((resolve) => {
    const child = spawn(program, [...args, job], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    let complaints = '';
    let isHung = false;
    child.stdout.setEncoding('utf8').on('data', (text) => (printed += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (complaints += text));
    const guard = setTimeout(() => {
      isHung = true;
      child.kill('SIGKILL');
    }, GUARD_MS);
    child.on('error', (error) => {
      clearTimeout(guard);
      resolve({ printed, error: error.message });
    });
    child.on('close', (code) => {
      clearTimeout(guard);
      if (isHung) resolve({ printed, error: printed === '' ? 'hung' : 'hung at its end' });
      else if (code !== 0) resolve({ printed, error: whatFailed(complaints, code) });
      else resolve({ printed });
    });
  });
}

/** The line of a stack trace that says what it is: Node's first with a colon, Python's last. */
function whatFailed(complaints, code) {
  const lines = complaints.trim().split('\n');
  return (
    lines.findLast((line) => /^\w*(Error|Exception)\b/.test(line)) ?? `ended with code ${code}`
  );
}

function withoutCommands({ name, entries }) {
  return {
    name,
    entries: entries.map(({ who, name: itsName, version, samples, failures }) => ({
      who,
      name: itsName,
      version,
      samples,
      failures,
    })),
  };
}
