import { runAsWorker } from 'synckit';
import { increment } from './tasks.mjs';

runAsWorker(increment);
