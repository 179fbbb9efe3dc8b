/** A debugger, attached from outside to the workers of a pool: idle ones, blocked ones, ones that begin. */
import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Answer, Debugger, type Target } from '../fixtures/debugger.ts';
import { eventually } from '../fixtures/words.ts';

const program = fileURLToPath(new URL('../fixtures/programs/debuggee.js', import.meta.url));
const source = new URL('../fixtures/debugged-tasks.js', import.meta.url);
const breakpoint = {
  urlRegex: 'debugged-tasks\\.js$',
  lineNumber: readFileSync(source, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes('hidden + 1')),
};

/** Only so that what hangs fails. */
const GUARD_MS = 60_000;

interface Debuggee {
  readonly child: ChildProcessWithoutNullStreams;
  /** Where debuggers can attach. */
  readonly urls: string[];
  /** What it has printed. */
  readonly lines: () => string[];
  tell(line: string): void;
}

/** Runs the program until `use` is through; it has to end by itself then. */
async function debugging(
  node: readonly string[],
  args: readonly string[],
  use: (program: Debuggee) => Promise<Debugger[]>,
): Promise<void> {
  const child = spawn(process.execPath, [...node, program, ...args]);
  const ended = once(child, 'close');
  let stdout = '';
  let stderr = '';
  const urls: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    const found = stderr.matchAll(/^Debugger listening on (ws:\S+)\n/gm);
    urls.splice(0, urls.length, ...Array.from(found, ([, url]) => url as string));
  });
  const guard = setTimeout(() => child.kill('SIGKILL'), GUARD_MS);
  const tell = (line: string): void => void child.stdin.write(`${line}\n`);
  try {
    const debuggers = await use({ child, urls, lines: () => stdout.trimEnd().split('\n'), tell });
    tell('end');
    for (const each of debuggers) each.detach();
    assert.deepEqual(await ended, [0, null], stderr);
  } finally {
    clearTimeout(guard);
    child.kill('SIGKILL');
  }
}

const attach = async ({ urls }: Debuggee, count = 1): Promise<Debugger[]> => {
  await eventually(() => urls.length === count, `${count} debuggers can attach`);
  return Promise.all(urls.map((url) => Debugger.attach(url)));
};

const attachWhenUp = async (debuggee: Debuggee): Promise<Debugger> => {
  await eventually(() => debuggee.lines().includes('up'), 'it is up');
  return (await attach(debuggee))[0] as Debugger;
};

/** The next `count` threads that the debugger is told of, those of the pool first. */
async function nextThreads(main: Debugger, count: number): Promise<Target[]> {
  const targets: Target[] = [];
  for (let nth = 0; nth < count; nth++) {
    const { sessionId, workerInfo } = await main.next('NodeWorker.attachedToWorker');
    const target = main.worker(sessionId as string);
    if (/ThreadPoolExecutor/.test(workerInfo.title as string)) targets.unshift(target);
    else targets.push(target);
  }
  return targets;
}

const haveBreakpoint = async (targets: readonly Target[]): Promise<void> => {
  for (const target of targets) {
    await target.ask('Debugger.enable');
    await target.ask('Debugger.setBreakpointByUrl', breakpoint);
  }
};

/** The first of them that stops, and where. */
const firstToStop = (targets: readonly Target[]): Promise<[Target, Answer]> =>
  Promise.race(
    targets.map(
      async (target) => [target, await target.next('Debugger.paused')] as [Target, Answer],
    ),
  );

/** It has stopped at the breakpoint: looks at a variable there, changes another one, goes on. */
async function lookAndGoOn(target: Target, { callFrames }: Answer): Promise<void> {
  assert.equal(callFrames[0].functionName, 'compute');
  const { callFrameId } = callFrames[0];
  const inFrame = async (expression: string): Promise<unknown> =>
    (await target.ask('Debugger.evaluateOnCallFrame', { callFrameId, expression })).result.value;
  assert.equal(await inFrame('hidden'), 42);
  await target.ask('Debugger.setVariableValue', {
    scopeNumber: 0,
    variableName: 'n',
    newValue: { value: 7 },
    callFrameId,
  });
  assert.equal(await inFrame('n'), 7);
  await target.ask('Debugger.resume');
}

describe('threads', () => {
  test('an idle worker answers, can be paused, and takes a breakpoint', () =>
    debugging(['--inspect=0'], ['threads', '1'], async (debuggee) => {
      const main = await attachWhenUp(debuggee);
      await main.ask('NodeWorker.enable', { waitForDebuggerOnStart: false });
      const [worker] = (await nextThreads(main, 2)) as [Target, Target];
      const { result } = await worker.ask('Runtime.evaluate', { expression: '6 * 7' });
      assert.equal(result.value, 42);
      await worker.ask('Debugger.enable');
      await worker.ask('Debugger.pause');
      assert.ok((await worker.next('Debugger.paused')).callFrames.length > 0);
      await worker.ask('Debugger.resume');
      await haveBreakpoint([worker]);
      for (const [nth, how] of ['await', 'block'].entries()) {
        debuggee.tell(how);
        await lookAndGoOn(worker, await worker.next('Debugger.paused'));
        await eventually(() => debuggee.lines().length === nth + 2, 'the result has come');
      }
      assert.deepEqual(debuggee.lines(), ['up', '43', '43']);
      return [main];
    }));

  test('while one is stopped another one works, and the main thread answers', () =>
    debugging(['--inspect=0'], ['threads', '2'], async (debuggee) => {
      const main = await attachWhenUp(debuggee);
      await main.ask('NodeWorker.enable', { waitForDebuggerOnStart: false });
      const workers = (await nextThreads(main, 3)).slice(0, 2);
      await haveBreakpoint(workers);
      debuggee.tell('await');
      const [worker, where] = await firstToStop(workers);
      debuggee.tell('greet');
      await eventually(() => debuggee.lines().includes('hello'), 'another one has done it');
      const { result } = await main.ask('Runtime.evaluate', { expression: '6 * 7' });
      assert.equal(result.value, 42);
      assert.deepEqual(debuggee.lines(), ['up', 'hello']);
      await lookAndGoOn(worker, where);
      await eventually(() => debuggee.lines().includes('43'), 'the result has come');
      return [main];
    }));

  test('workers that wait for the debugger when they begin, while the main thread blocks', () =>
    debugging(['--inspect-brk=0'], ['threads', '1', 'at once'], async (debuggee) => {
      const [main] = (await attach(debuggee)) as [Debugger];
      await main.ask('NodeWorker.enable', { waitForDebuggerOnStart: true });
      await main.ask('Debugger.enable');
      await main.ask('Runtime.runIfWaitingForDebugger');
      await main.next('Debugger.paused'); // at the first line of the program
      await main.ask('Debugger.resume');
      const [worker, keeper] = (await nextThreads(main, 2)) as [Target, Target];
      await keeper.ask('Runtime.runIfWaitingForDebugger');
      await haveBreakpoint([worker]);
      await worker.ask('Runtime.runIfWaitingForDebugger');
      await worker.next('Debugger.paused'); // at its first line
      await worker.ask('Debugger.resume');
      await lookAndGoOn(worker, await worker.next('Debugger.paused'));
      await eventually(() => debuggee.lines().includes('up'), 'the result has come');
      assert.deepEqual(debuggee.lines(), ['43', 'up']);
      return [main];
    }));
});

test('processes: each has a port of its own', () =>
  debugging([], ['processes', '2'], async (debuggee) => {
    await eventually(() => debuggee.lines().includes('up'), 'it is up');
    const children = await attach(debuggee, 2);
    await haveBreakpoint(children);
    debuggee.tell('await');
    const [child, where] = await firstToStop(children);
    debuggee.tell('greet');
    await eventually(() => debuggee.lines().includes('hello'), 'the other one has done it');
    await lookAndGoOn(child, where);
    await eventually(() => debuggee.lines().includes('43'), 'the result has come');
    return children;
  }));
