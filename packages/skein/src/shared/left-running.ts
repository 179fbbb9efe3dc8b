/**
 * What goes on in a worker while it has nothing in hand, by kind: how many timers, sockets, …
 *
 * A worker has a word for each kind that Node names, and one for all others. It alone writes them, one by
 * one: so each number is right for itself, and who reads while it writes may see an older one beside a newer.
 */
import { load, store } from './atomics.ts';
import { LEFT_WORDS, leftOfThread } from './layout.ts';

/**
 * The names that `process.getActiveResourcesInfo()` gives: those of the classes of Node, which no function
 * lists. What is not among them is counted as `other`.
 */
const KINDS: readonly string[] = [
  'Timeout',
  'Immediate',
  'TCPSocketWrap',
  'TCPServerWrap',
  'TCPConnectWrap',
  'PipeWrap',
  'PipeConnectWrap',
  'UDPWrap',
  'SendWrap',
  'TTYWrap',
  'WriteWrap',
  'ShutdownWrap',
  'ProcessWrap',
  'MessagePort',
  'FSEventWrap',
  'StatWatcher',
  'FSReqCallback',
  'FSReqPromise',
  'GetAddrInfoReqWrap',
  'GetNameInfoReqWrap',
];
const OTHER = 'other';

/** Resources that are active, by the name that Node has for their kind: only kinds of which there are any. */
export type ResourceCounts = Readonly<Record<string, number>>;

/** Notes what goes on in a worker. Its own thread, or the one that looks after its process. */
export function writeLeft(words: Int32Array, entry: number, counts: ResourceCounts): void {
  const at = leftOfThread(entry);
  let others = 0;
  for (const [kind, count] of Object.entries(counts)) if (!KINDS.includes(kind)) others += count;
  for (const [nth, kind] of KINDS.entries()) store(words, at + nth, counts[kind] ?? 0);
  store(words, at + KINDS.length, others);
}

/** What was noted last. */
export function readLeft(words: Int32Array, entry: number): ResourceCounts {
  const counts: Record<string, number> = {};
  for (const [nth, kind] of [...KINDS, OTHER].entries()) {
    const count = load(words, leftOfThread(entry) + nth);
    if (count > 0) counts[kind] = count;
  }
  return counts;
}

/** For a new thread: nothing. */
export function clearLeft(words: Int32Array, entry: number): void {
  for (let nth = 0; nth < LEFT_WORDS; nth++) store(words, leftOfThread(entry) + nth, 0);
}
