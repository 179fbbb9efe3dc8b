import { markdownTable } from 'markdown-table';
import { duration, rate, times } from './format.mjs';
import { samplesOf, spread, timesAsFast } from './ratios.mjs';

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

function table({ shown, showsCpu = false }, entries) {
  const show = shown === 'rate' ? rate : duration;
  const [first] = entries;
  const head = ['', 'version', 'median', 'quartiles'];
  if (showsCpu) head.push('CPU per task', 'cores busy');
  head.push('the first row is');
  const rows = entries.map((entry) => {
    const samples = samplesOf(entry);
    if (samples.length === 0) {
      return [entry.name, entry.version, entry.failures[0], ...head.slice(3).map(() => '')];
    }
    const { median, low, high } = spread(samples.map(({ microseconds }) => microseconds));
    const ends = shown === 'rate' ? [high, low] : [low, high];
    const cells = [entry.name, entry.version, show(median), ends.map(show).join(' – ')];
    if (showsCpu) cells.push(...cpuCells(samples, median));
    const faster = entry === first ? '' : times(timesAsFast(first, entry));
    return [...cells, faster === '' ? '' : `${faster} as fast`];
  });
  const align = ['l', 'l', ...head.slice(2).map(() => 'r')];
  return markdownTable([head, ...rows], { align });
}

function cpuCells(samples, microseconds) {
  const cpu = spread(samples.map(({ cpuMicroseconds }) => cpuMicroseconds)).median;
  return [duration(cpu), (cpu / microseconds).toFixed(1)];
}
