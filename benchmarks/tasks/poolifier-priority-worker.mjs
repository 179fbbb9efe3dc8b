import { ThreadWorker } from 'poolifier';
import { increment } from './tasks.mjs';

export default new ThreadWorker({ increment: { taskFunction: increment, priority: 1 } });
