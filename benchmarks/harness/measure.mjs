/**
 * How long something takes, in a process of its own.
 *
 * After a warm-up, which also finds out how much work fills a slice of time, several slices are
 * measured and their median is the sample: what else happens on the machine comes in bursts, and
 * spoils a slice and not the sample. CPU time is that of all threads of the process over all slices,
 * so that nobody wins by spinning.
 *
 * @typedef {{ warmUpMs: number, sliceMs: number, slices: number, count?: number }} Effort `count`:
 *   so much in every slice, however long that takes
 * @typedef {{ microseconds: number, cpuMicroseconds: number, bytes?: number, peakBytes?: number }} Sample
 *   for one task, call or switch; `peakBytes` for the whole process
 */
import { median } from 'simple-statistics';

/** No slice begins later than this: it is for who takes seconds for the fixed count of a question. */
const MAX_MEASURING_MS = 5000;

/**
 * @param {(count: number) => number | Promise<number>} run does so much, says how many seconds it took
 * @param {Effort} effort
 * @returns {Promise<Sample>}
 */
export async function measure(run, { warmUpMs, sliceMs, slices, count: fixedCount }) {
  const count = await warmUp(run, warmUpMs, sliceMs, fixedCount);
  const ofSlices = [];
  let runs = 0;
  const before = process.cpuUsage();
  const end = performance.now() + MAX_MEASURING_MS;
  do {
    let seconds = 0;
    let runsOfSlice = 0;
    do {
      seconds += await run(count);
      runsOfSlice++;
    } while (seconds * 1000 < sliceMs / 2); // a fixed count may be done in a moment
    ofSlices.push(seconds / runsOfSlice);
    runs += runsOfSlice;
  } while (ofSlices.length < slices && performance.now() < end);
  const { user, system } = process.cpuUsage(before);
  return {
    microseconds: (median(ofSlices) / count) * 1e6,
    cpuMicroseconds: (user + system) / (count * runs),
  };
}

/** For what is slow because it is the first time. */
export async function measureOnce(run) {
  const before = process.cpuUsage();
  const seconds = await run(1);
  const { user, system } = process.cpuUsage(before);
  return { microseconds: seconds * 1e6, cpuMicroseconds: user + system };
}

async function warmUp(run, warmUpMs, sliceMs, fixedCount) {
  let count = fixedCount ?? 16;
  await run(count); // starts the threads, which takes as long as a thousand tasks
  const end = performance.now() + warmUpMs;
  for (;;) {
    const seconds = await run(count);
    const isSliceFull = fixedCount !== undefined || seconds * 1000 >= sliceMs / 2;
    if (performance.now() >= end && isSliceFull) {
      if (fixedCount !== undefined) return fixedCount;
      return Math.max(1, Math.round((count / seconds / 1000) * sliceMs));
    }
    if (!isSliceFull) count *= 2;
  }
}
