/** What is said of a child process that has ended with tasks in its hands. */
import type { ChildEnd } from './child-process.ts';

/** Goes on from "The task 'x' did not finish: ". */
export function howItEnded({ code, signal, error }: ChildEnd): string {
  if (error !== null) return `its process could not be started: ${error.message}.`;
  const replaced = 'The pool has replaced the process.';
  if (signal === null) return `its process ended with exit code ${code}. ${replaced}`;
  const hint = hints[signal];
  return `its process was killed by signal ${signal}. ${replaced}${hint === undefined ? '' : ` ${hint}`}`;
}

const crash = 'That is a crash in native code: of an addon that the task uses, or of the engine.';

const hints: { readonly [K in NodeJS.Signals]?: string } = {
  SIGSEGV: crash,
  SIGBUS: crash,
  SIGILL: crash,
  SIGFPE: crash,
  SIGABRT:
    'So ends process.abort(), and an engine that is out of memory; what was printed to stderr says ' +
    "which. Give the task less at a time, or the pool execArgv: ['--max-old-space-size=…'].",
  SIGKILL:
    'So end killWorkers(), a system that is out of memory, and the pool where a task has closed ' +
    'descriptor 3, by which it hears of its process.',
  SIGTERM: 'So does terminateWorkers().',
};
