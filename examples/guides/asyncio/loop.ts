import { newEventLoop } from 'skein';

const loop = newEventLoop();
const future = loop.createFuture<string>();
loop.callLater(10, () => future.setResult('rung'));
loop.callSoon(console.log, 'waiting');
console.log(loop.runUntilComplete(future));
loop.close();
