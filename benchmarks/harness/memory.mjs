/**
 * How much memory things take while all of them are pending: what is live after a full collection, and
 * the peak of the process, garbage included. Measured once per process, as nothing here gets warm.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect;
let count;
let bytesBefore;
let bytesAtPeak;

/**
 * @param {(count: number) => number | Promise<number>} run calls `atPeak` in its middle
 * @param {{ count: number }} effort
 * @returns {Promise<import('./measure.mjs').Sample>}
 */
export async function measureMemory(run, effort) {
  count = effort.count;
  setFlagsFromString('--expose-gc');
  collect = runInNewContext('gc');
  bytesBefore = liveBytes();
  const before = process.cpuUsage();
  const seconds = await run(count);
  const { user, system } = process.cpuUsage(before);
  return {
    microseconds: (seconds / count) * 1e6,
    cpuMicroseconds: (user + system) / count,
    bytes: (bytesAtPeak - bytesBefore) / count,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/**
 * To be called when all of a run is pending.
 *
 * @param {number} waiting how many are
 * @returns {number} the seconds that this took, which are not the contestant's
 */
export function atPeak(waiting) {
  const began = performance.now();
  if (waiting !== count) throw new Error(`${waiting} tasks wait, not ${count}`);
  bytesAtPeak = liveBytes();
  return (performance.now() - began) / 1000;
}

function liveBytes() {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
