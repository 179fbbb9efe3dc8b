import { node, python } from './questions.mjs';

/** Who has tasks: Skein on both of its loops, and the peers. */
export const contestants = [
  node('skein-selector-loop'),
  node('skein-node-loop'),
  python('asyncio-loop'),
  python('uvloop-loop', 'uvloop'),
  node('effection'),
  node('effect'),
];

/** All but Effection, where that has no such thing. */
export const withoutEffection = contestants.filter(({ file }) => file !== 'effection.mjs');

export const BOTH_LOOPS = ['skein-selector-loop', 'skein-node-loop'];

/** What is promised of every work of tasks, on both loops. Who does not compete is passed over. */
export const rateTargets = (cases) =>
  Object.keys(cases).flatMap((name) =>
    BOTH_LOOPS.flatMap((who) => [
      { case: name, who, than: 'asyncio-loop', of: 'rate', atLeast: 8 },
      { case: name, who, than: 'uvloop-loop', of: 'rate', atLeast: 3 },
      { case: name, who, than: 'effection', of: 'rate', atLeast: 1 },
      { case: name, who, than: 'effect', of: 'rate', atLeast: 1 },
    ]),
  );

/** What is not equal about any of them. */
export const languages =
  'asyncio and uvloop are called from Python, the others from JavaScript: what is compared is what a ' +
  'program in that language gets. A blocking loop lets nothing else of Node happen meanwhile.';
