/**
 * The numbers of a pool as metrics, with names, units and attributes in the style of OpenTelemetry's semantic
 * conventions: for whoever exports them.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/general/naming/
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram
 */
import { inspect } from 'node:util';
import { BUCKETS_PER_OCTAVE, bucketWithEnd } from '../shared/work-counts.ts';
import type { PoolStatistics, TimeStatistics } from './pool-statistics.ts';

export interface Metric {
  readonly name: string;
  readonly description: string;
  /** As UCUM has it: `{task}`, `ms`. */
  readonly unit: string;
  /** What kind of number it is: one that goes up and down, one that only goes up, a distribution. */
  readonly type: 'updowncounter' | 'counter' | 'histogram';
  readonly points: readonly MetricPoint[];
}

/** A number, or a distribution, and what it is of. */
export type MetricPoint = { readonly attributes: Readonly<Record<string, string>> } & (
  { readonly value: number } | ExponentialHistogram
);

/** A point of OpenTelemetry's exponential histogram: buckets grow by a factor of 2^(2^-scale). */
export interface ExponentialHistogram {
  readonly count: number;
  readonly sum: number;
  readonly max: number;
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: { readonly offset: number; readonly bucketCounts: readonly number[] };
}

/**
 * What `pool.statistics()` gave, as metrics.
 *
 * @param attributes - added to each point, such as `{ 'skein.pool.name': 'thumbnails' }`
 * @throws {TypeError} when it is not that
 */
export function poolMetrics(
  statistics: PoolStatistics,
  attributes: Readonly<Record<string, string>> = {},
): Metric[] {
  if (typeof statistics?.queued !== 'number') {
    throw new TypeError(
      `poolMetrics() takes what pool.statistics() gives, got ${inspect(statistics)}`,
    );
  }
  const point = (value: number, more: Record<string, string> = {}): MetricPoint => ({
    attributes: { ...attributes, ...more },
    value,
  });
  const tasks = { unit: '{task}', type: 'updowncounter' } as const;
  const times = { unit: 'ms', type: 'histogram' } as const;
  return [
    {
      name: 'skein.pool.task.queued',
      description: 'Tasks that wait for a thread.',
      ...tasks,
      points: [point(statistics.queued)],
    },
    {
      name: 'skein.pool.task.running',
      description: 'Tasks that a thread has begun and not ended.',
      ...tasks,
      points: [point(statistics.running)],
    },
    {
      name: 'skein.pool.task.ended',
      description: 'Tasks that have come to their end.',
      unit: '{task}',
      type: 'counter',
      points: (['completed', 'failed', 'cancelled'] as const).map((outcome) =>
        point(statistics[outcome], { 'skein.task.outcome': outcome }),
      ),
    },
    {
      name: 'skein.pool.thread.count',
      description: 'Threads of the pool.',
      unit: '{thread}',
      type: 'updowncounter',
      points: [point(statistics.workers.length)],
    },
    {
      name: 'skein.pool.resource.active',
      description: 'Timers, sockets, … that go on in threads that have no task in hand.',
      unit: '{resource}',
      type: 'updowncounter',
      points: Object.entries(statistics.leftRunning).map(([kind, count]) =>
        point(count, { 'skein.resource.type': kind }),
      ),
    },
    {
      name: 'skein.pool.task.wait.duration',
      description: 'How long tasks were queued.',
      ...times,
      points: [{ attributes, ...distribution(statistics.waitTime) }],
    },
    {
      name: 'skein.pool.task.run.duration',
      description: 'How long tasks ran, with all that they waited for.',
      ...times,
      points: [{ attributes, ...distribution(statistics.runTime) }],
    },
  ];
}

function distribution({ count, sum, max, buckets }: TimeStatistics): ExponentialHistogram {
  const numbers = buckets.map(({ upTo }) => bucketWithEnd(upTo));
  const offset = numbers[0] ?? 0;
  const bucketCounts = new Array<number>((numbers.at(-1) ?? -1) - offset + 1).fill(0);
  for (const [nth, bucket] of buckets.entries()) {
    bucketCounts[(numbers[nth] as number) - offset] = bucket.count;
  }
  const scale = Math.log2(BUCKETS_PER_OCTAVE);
  return { count, sum, max, scale, zeroCount: 0, positive: { offset, bucketCounts } };
}
