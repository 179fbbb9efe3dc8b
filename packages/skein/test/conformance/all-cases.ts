import { type Case, drivers } from './driver.ts';
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

/** Runs a case over a driver; for another thread, to which only names can be given. */
export async function runCase(title: string, driverName: string): Promise<unknown> {
  const found = allCases.find((each) => each.title === title);
  const driver = drivers.find((each) => each.name === driverName);
  if (found === undefined) throw new TypeError(`there is no case '${title}'`);
  if (driver === undefined) throw new TypeError(`there is no driver '${driverName}'`);
  return found.body(driver);
}
