/** The door of `skein/testing`: what tests of programs that use Skein need. */
import './index.ts'; // puts the parts of the library together

export {
  assertBalanced,
  BalanceError,
  type BalanceSheet,
  balanceSheet,
} from './testing/balance.ts';
export { DeadlockError } from './testing/deadlock.ts';
export { runWithVirtualTime, type VirtualRunOptions } from './testing/run-with-virtual-time.ts';
export { Sequencer } from './testing/sequencer.ts';
export { VirtualTimeLoop, type VirtualTimeOptions } from './testing/virtual-time-loop.ts';
export {
  VirtualTimeNodeLoop,
  type VirtualTimeNodeOptions,
} from './testing/virtual-time-node-loop.ts';
export { waitAllTasksBlocked } from './testing/wait-all-tasks-blocked.ts';
