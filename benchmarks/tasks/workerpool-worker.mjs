import workerpool from 'workerpool';
import { echo, increment } from './tasks.mjs';

workerpool.worker({ increment, echo });
