/**
 * What every thread begins with that `Thread.start()` makes: it becomes a Skein thread, finds its
 * target and runs it. It ends when the target is done and Node has nothing more to do here.
 */
import { workerData } from 'node:worker_threads';
import './index.ts'; // all that may come as an argument: pools, loops
import { isAsyncFunction, isCoroutine, isThenable } from './core/coroutine.ts';
import { referenceById } from './crossing/function-table.ts';
import { preloadsAreOver } from './crossing/import-guard.ts';
import { type LoaderSetup, prepareLoader } from './crossing/loader.ts';
import { Part, readPayload } from './crossing/payload.ts';
import { resolveFunction } from './crossing/resolve-function.ts';
import { thisThread } from './crossing/this-thread.ts';
import { run } from './loops/run.ts';
import { Kind, SLOT, slotAt } from './shared/layout.ts';
import { leaveThread, noteExit } from './shared/thread-table.ts';
import { reportUncaught } from './threading/thread-errors.ts';
import { printDirectly } from './threading/thread-output.ts';

type Target = (...args: unknown[]) => unknown;

const thread = thisThread();
preloadsAreOver();
thread.hasStarted();
printDirectly();
process.on('uncaughtException', (error) => {
  reportUncaught(thread, error);
  process.exit(1);
});
process.on('exit', (code) => {
  noteExit(thread.memory.words, thread.address, code);
  // What this thread has submitted shall be done, as far as it is still held back here.
  thread.mailbox.waitFor(() => !thread.mailbox.isHolding, Infinity);
  leaveThread(thread.memory.words, thread.address);
});

await prepareLoader((workerData as { loader: LoaderSetup }).loader);
const received = receiveTarget();
const found = await resolveFunction(referenceById(thread, received.id));
await runTarget(found as Target, received.args);

function receiveTarget(): { id: number; args: unknown[] } {
  let message: { id: number; args: unknown[] } | undefined;
  thread.mailbox.handle(Kind.target, (slot) => {
    const id = thread.memory.words[slotAt(slot) + SLOT.fn] as number;
    message = { id, args: readPayload(thread, slot, Part.args) };
  });
  thread.mailbox.waitFor(() => message !== undefined, Infinity);
  return message as unknown as { id: number; args: unknown[] };
}

async function runTarget(target: Target, args: unknown[]): Promise<void> {
  if (isAsyncFunction(target)) {
    const main: () => Promise<unknown> = async () => (target as Target)(...args);
    await run(main);
    return;
  }
  const result = target(...args);
  if (isCoroutine(result)) run(result);
  else if (isThenable(result)) await result;
}
