import { ThreadWorker } from 'poolifier';
import { echo, increment, incrementBehind, numberIn } from './tasks.mjs';

export default new ThreadWorker({ increment, echo, incrementBehind, numberIn });
