import { parentPort } from 'node:worker_threads';
import { increment } from './tasks.mjs';

parentPort.on('message', (x) => parentPort.postMessage(increment(x)));
