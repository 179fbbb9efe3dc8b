import { type Case, drivers } from './driver.ts';
import { contextCases } from './context-cases.ts';
import { eagerCases } from './eager-cases.ts';
import { cancelCases } from './cancel-cases.ts';
import { drainingBarrierCases } from './draining-barrier-cases.ts';
import { futureCallbackCases } from './future-callback-cases.ts';
import { stackCases } from './stack-cases.ts';
import { suspensionCases } from './suspension-cases.ts';
import { waitForCases } from './wait-for-cases.ts';
import { groupEndCases } from './group-end-cases.ts';
import { handleCases } from './handle-cases.ts';
import { queueTurnCases } from './queue-turn-cases.ts';
import { loopChoiceCases } from './loop-choice-cases.ts';
import { debugCases } from './debug-cases.ts';
import { futureCases } from './future-cases.ts';
import { gatherCases } from './gather-cases.ts';
import { goldenLoopCases } from './golden-loop-cases.ts';
import { goldenTaskCases } from './golden-task-cases.ts';
import { graphCases } from './graph-cases.ts';
import { groupCases } from './group-cases.ts';
import { loopCases } from './loop-cases.ts';
import { taskCases } from './task-cases.ts';
import { timeoutCases } from './timeout-cases.ts';
import { waitCases } from './wait-cases.ts';
import { barrierCases } from './barrier-cases.ts';
import { conditionCases } from './condition-cases.ts';
import { goldenSyncCases } from './golden-sync-cases.ts';
import { lockCases } from './lock-cases.ts';
import { queueCases } from './queue-cases.ts';
import { semaphoreCases } from './semaphore-cases.ts';

/** Every behaviour that holds for every kind of loop. Titles are unique. */
export const allCases: readonly Case[] = [
  ...goldenLoopCases,
  ...goldenTaskCases,
  ...loopCases,
  ...handleCases,
  ...loopChoiceCases,
  ...suspensionCases,
  ...futureCases,
  ...futureCallbackCases,
  ...taskCases,
  ...cancelCases,
  ...gatherCases,
  ...graphCases,
  ...stackCases,
  ...groupCases,
  ...groupEndCases,
  ...timeoutCases,
  ...waitForCases,
  ...waitCases,
  ...contextCases,
  ...eagerCases,
  ...debugCases,
  ...goldenSyncCases,
  ...lockCases,
  ...semaphoreCases,
  ...conditionCases,
  ...barrierCases,
  ...drainingBarrierCases,
  ...queueCases,
  ...queueTurnCases,
];

/** Runs a case over a driver; for another thread, to which only names can be given. */
export async function runCase(title: string, driverName: string): Promise<unknown> {
  const found = allCases.find((each) => each.title === title);
  const driver = drivers.find((each) => each.name === driverName);
  if (found === undefined) throw new TypeError(`there is no case '${title}'`);
  if (driver === undefined) throw new TypeError(`there is no driver '${driverName}'`);
  return found.body(driver);
}
