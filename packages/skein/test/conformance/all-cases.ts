import type { Case, Driver } from './driver.ts';
import { futureCases } from './future-cases.ts';
import { goldenLoopCases } from './golden-loop-cases.ts';
import { goldenTaskCases } from './golden-task-cases.ts';
import { loopCases } from './loop-cases.ts';
import { taskCases } from './task-cases.ts';

/** Every behaviour that holds for every kind of loop. Titles are unique. */
export const allCases: readonly Case[] = [
  ...goldenLoopCases,
  ...goldenTaskCases,
  ...loopCases,
  ...futureCases,
  ...taskCases,
];

/** Runs the case of that title; for another thread, to which only the title can be given. */
export async function runCase(title: string, driver: Driver): Promise<unknown> {
  const found = allCases.find((each) => each.title === title);
  if (found === undefined) throw new TypeError(`there is no case '${title}'`);
  return found.body(driver);
}
