/**
 * How many threads compute, and do not sleep.
 *
 * Linux tells it of each thread: the state letter in `/proc/self/task/TID/stat` is R for one that
 * runs or waits for a core, whatever else the machine is doing. A thread learns its number there
 * from `/proc/thread-self`. Where there is no such thing, what the whole process has used of the
 * cores is the next best answer; on a machine that others keep busy it takes waiting for a core for
 * sleep.
 */
import { readFileSync, readlinkSync } from 'node:fs';

/** This thread's number at the operating system, or 0 where that cannot be known. */
export function ownTid(): number {
  try {
    return Number.parseInt(readlinkSync('/proc/thread-self').split('/').at(-1) ?? '0', 10);
  } catch {
    return 0;
  }
}

/**
 * Whether a thread of this process runs or wants to, or the main thread of a child; undefined where
 * that cannot be known.
 *
 * @param tid - of the thread; 0 = not known
 * @param child - the child process that computes in the place of the thread; 0 = none
 */
export function isOnCpu(tid: number, child: number): boolean | undefined {
  if (tid === 0) return undefined;
  try {
    const place = child === 0 ? `self/task/${tid}` : child;
    const stat = readFileSync(`/proc/${place}/stat`, 'latin1');
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'R';
  } catch {
    return undefined;
  }
}

/** Cores' worth of time that the process has used between two calls of `used`. */
export class ProcessLoad {
  #since = performance.now();
  #usage = process.cpuUsage();

  used(): number {
    const now = performance.now();
    const { user, system } = process.cpuUsage(this.#usage);
    const used = (user + system) / 1000 / Math.max(1, now - this.#since);
    this.#since = now;
    this.#usage = process.cpuUsage();
    return used;
  }
}
