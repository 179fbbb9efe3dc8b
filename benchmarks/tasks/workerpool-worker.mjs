import workerpool from 'workerpool';
import { echo, increment, numberIn } from './tasks.mjs';

workerpool.worker({ increment, echo, numberIn });
