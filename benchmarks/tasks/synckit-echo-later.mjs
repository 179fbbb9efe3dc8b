import { runAsWorker } from 'synckit';
import { echoLater } from './tasks.mjs';

runAsWorker(echoLater);
