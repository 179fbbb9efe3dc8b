import { ThreadWorker } from 'poolifier';
import { echo, increment, numberIn } from './tasks.mjs';

export default new ThreadWorker({ increment, echo, numberIn });
