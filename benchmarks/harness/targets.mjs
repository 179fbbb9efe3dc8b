import { markdownTable } from 'markdown-table';
import { times } from './format.mjs';
import { timesAsFast } from './ratios.mjs';

/**
 * Compares what was measured with what the project has promised itself. A target of time is a ratio of
 * times: who needs at most so much of the other's.
 *
 * @param {import('./rounds.mjs').Answer} answer
 * @returns {{ text: string, promised: string, measured: number | undefined, isMet: boolean | undefined }[]}
 */
export function judge({ question, cases }) {
  return question.targets.flatMap((target) => {
    const { entries } = cases.find(({ name }) => name === target.case);
    const who = entries.find((entry) => entry.who === target.who);
    const than = entries.find((entry) => entry.who === target.than);
    if (who === undefined || than === undefined) return []; // not on this machine
    const faster = timesAsFast(who, than);
    const measured = target.of === 'time' && faster !== undefined ? 1 / faster : faster;
    return {
      ...describe(question, cases, target, who, than),
      measured,
      isMet: isMet(target, measured),
    };
  });
}

function describe({ name }, cases, target, who, than) {
  const where = cases.length > 1 ? `${name}, ${target.case}` : name;
  const { atLeast, atMost } = target;
  return {
    text: `${where}: ${target.of} of ${who.name} to that of ${than.name}`,
    promised: atLeast === undefined ? atMost && `≤ ${atMost}×` : `≥ ${atLeast}×`,
  };
}

function isMet({ atLeast, atMost }, measured) {
  if (atLeast === undefined && atMost === undefined) return undefined;
  if (measured === undefined) return false;
  return atLeast === undefined ? measured <= atMost : measured >= atLeast;
}

/** The section of the report. */
export function reportTargets(targets) {
  const rows = targets.map(({ text, promised = '–', measured, isMet: met }) => [
    text,
    promised,
    times(measured),
    met === undefined ? '' : met ? 'met' : '**not met**',
  ]);
  const head = ['ratio', 'target', 'measured', ''];
  return `## Targets\n\n${markdownTable([head, ...rows], { align: ['l', 'r', 'r', 'l'] })}`;
}
