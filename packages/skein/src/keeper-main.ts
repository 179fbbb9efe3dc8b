/** What the keeper's thread begins with. */
import { workerData } from 'node:worker_threads';
import type { KeeperSetup } from './threading/keeper-messages.ts';
import { Keeper } from './threading/keeper.ts';

new Keeper(workerData as KeeperSetup).open();
