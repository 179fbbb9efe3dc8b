import { markdownTable } from 'markdown-table';
import { size, times } from './format.mjs';
import { samplesOf, spread, timesOf } from './ratios.mjs';

/**
 * Compares what was measured with what the project has promised itself. A target of time is a ratio of
 * times: who needs at most so much of the other's; one of memory likewise. A peak is bytes.
 *
 * @param {import('./rounds.mjs').Answer} answer
 * @returns {{ text: string, promised: string, measured: number | undefined, of: string,
 *   isMet: boolean | undefined }[]}
 */
export function judge({ question, cases }) {
  return question.targets.flatMap((target) => {
    const { entries } = cases.find(({ name }) => name === target.case);
    const who = entries.find((entry) => entry.who === target.who);
    const than = entries.find((entry) => entry.who === target.than);
    const isAlone = target.of === 'peak';
    if (who === undefined || (than === undefined && !isAlone)) return []; // not on this machine
    const measured = measure[target.of](who, than);
    return {
      ...describe(question, cases, target, who, than),
      measured,
      of: target.of,
      isMet: isMet(target, measured),
    };
  });
}

const measure = {
  rate: (who, than) => timesOf(than, who, 'microseconds'),
  time: (who, than) => timesOf(who, than, 'microseconds'),
  memory: (who, than) => timesOf(who, than, 'bytes'),
  peak: (who) => {
    const peaks = samplesOf(who).map(({ peakBytes }) => peakBytes);
    return peaks.length === 0 ? undefined : spread(peaks).median;
  },
};

function describe({ name }, cases, target, who, than) {
  const where = cases.length > 1 ? `${name}, ${target.case}` : name;
  const { atLeast, atMost, of } = target;
  const beside = than === undefined ? '' : ` to that of ${than.name}`;
  return {
    text: `${where}: ${of} of ${who.name}${beside}`,
    promised: atLeast === undefined ? atMost && `≤ ${amount(atMost, of)}` : `≥ ${atLeast}×`,
  };
}

function amount(number, of) {
  return of === 'peak' && number !== undefined ? size(number) : times(number);
}

function isMet({ atLeast, atMost }, measured) {
  if (atLeast === undefined && atMost === undefined) return undefined;
  if (measured === undefined) return false;
  return atLeast === undefined ? measured <= atMost : measured >= atLeast;
}

/** The section of the report. */
export function reportTargets(targets) {
  const rows = targets.map(({ text, promised = '–', measured, of, isMet: met }) => [
    text,
    promised,
    amount(measured, of),
    met === undefined ? '' : met ? 'met' : '**not met**',
  ]);
  const head = ['ratio', 'target', 'measured', ''];
  return `## Targets\n\n${markdownTable([head, ...rows], { align: ['l', 'r', 'r', 'l'] })}`;
}
