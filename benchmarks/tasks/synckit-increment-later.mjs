import { runAsWorker } from 'synckit';
import { incrementLater } from './tasks.mjs';

runAsWorker(incrementLater);
