import { median, quantileSorted } from 'simple-statistics';

/** Median and quartiles of numbers, of which there is one at least. */
export function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return {
    median: median(sorted),
    low: quantileSorted(sorted, 0.25),
    high: quantileSorted(sorted, 0.75),
  };
}

/** The samples that there are. */
export const samplesOf = (entry) => entry.samples.filter((sample) => sample !== null);

/**
 * How many times as fast `who` is as `than`: the median of the ratios of each round, since the machine
 * was the same for both in one round and may have been another in the next.
 *
 * @returns {number | undefined} undefined when they share no round
 */
export function timesAsFast(who, than) {
  return timesOf(than, who, 'microseconds');
}

/**
 * How many times as much of something `who` takes as `than`: the median of the ratios of each round.
 *
 * @param {'microseconds' | 'bytes'} what
 * @returns {number | undefined} undefined when they share no round
 */
export function timesOf(who, than, what) {
  const ratios = who.samples.flatMap((sample, round) => {
    const other = than.samples[round];
    return sample && other ? [sample[what] / other[what]] : [];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}
