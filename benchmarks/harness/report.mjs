import { markdownTable } from 'markdown-table';
import { duration, rate, size, threeDigits, times } from './format.mjs';
import { samplesOf, spread, timesAsFast, timesOf } from './ratios.mjs';

/**
 * A question's tables, one per case, and what is not equal about them.
 *
 * @param {import('./rounds.mjs').Answer} answer
 * @returns {string} Markdown
 */
export function report({ question, rounds, missing, cases }) {
  const parts = [`## ${question.title}`, `\`${question.name}\`, ${rounds} rounds`];
  const hasCases = cases.length > 1;
  for (const { name, entries } of cases) {
    if (hasCases) parts.push(`### ${name}`);
    parts.push(table(question, entries));
    const failures = entries.flatMap(({ name: who, failures: all }) =>
      [...new Set(all)].map((failure) => `- ${who}: ${failure}`),
    );
    if (failures.length > 0) parts.push(failures.join('\n'));
  }
  const notes = [...question.unequal, ...missing.map((what) => `Not measured: ${what}.`)];
  parts.push(['Not equal:', '', ...notes.map((note) => `- ${note}`)].join('\n'));
  return `${parts.join('\n\n')}\n`;
}

function table(question, entries) {
  if (question.shown === 'memory') return memoryTable(entries);
  return timeTable(question, entries);
}

function timeTable({ shown, showsCpu = false }, entries) {
  const show = shown === 'rate' ? rate : duration;
  const [first] = entries;
  const head = ['', 'version', 'median', 'quartiles'];
  if (showsCpu) head.push('CPU per task', 'cores busy');
  head.push('the first row is');
  const rows = entries.map((entry) => {
    const samples = samplesOf(entry);
    if (samples.length === 0) return rowOfFailure(entry, head);
    const { median, low, high } = spread(samples.map(({ microseconds }) => microseconds));
    const ends = shown === 'rate' ? [high, low] : [low, high];
    const cells = [entry.name, entry.version, show(median), ends.map(show).join(' – ')];
    if (showsCpu) cells.push(...cpuCells(samples, median));
    const faster = entry === first ? '' : times(timesAsFast(first, entry));
    return [...cells, faster === '' ? '' : `${faster} as fast`];
  });
  return markdownTable([head, ...rows], { align: alignmentOf(head) });
}

function memoryTable(entries) {
  const [first] = entries;
  const head = ['', 'version', 'bytes each', 'quartiles', 'peak of the process', 'time each'];
  head.push('the first row takes');
  const rows = entries.map((entry) => {
    const samples = samplesOf(entry);
    if (samples.length === 0) return rowOfFailure(entry, head);
    const of = (what) => spread(samples.map((sample) => sample[what]));
    const { median, low, high } = of('bytes');
    return [
      entry.name,
      entry.version,
      threeDigits(median),
      [low, high].map(threeDigits).join(' – '),
      size(of('peakBytes').median),
      duration(of('microseconds').median),
      entry === first ? '' : `${times(timesOf(first, entry, 'bytes'))} as much`,
    ];
  });
  return markdownTable([head, ...rows], { align: alignmentOf(head) });
}

const alignmentOf = (head) => ['l', 'l', ...head.slice(2).map(() => 'r')];

function rowOfFailure(entry, head) {
  return [entry.name, entry.version, entry.failures[0], ...head.slice(3).map(() => '')];
}

function cpuCells(samples, microseconds) {
  const cpu = spread(samples.map(({ cpuMicroseconds }) => cpuMicroseconds)).median;
  return [duration(cpu), (cpu / microseconds).toFixed(1)];
}
