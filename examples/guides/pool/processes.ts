import { isMainThread, ProcessPoolExecutor } from 'skein';

export function decode(bytes: Uint8Array): number {
  if (bytes.length === 0) process.kill(process.pid, 'SIGSEGV'); // as a faulty addon would
  return bytes.length;
}

if (isMainThread) {
  await using pool = new ProcessPoolExecutor({ maxWorkers: 2, maxTasksPerChild: 100 });
  const futures = [3, 0, 5].map((length) => pool.submit(decode, new Uint8Array(length)));
  for (const future of futures) {
    console.log(
      await Promise.resolve(future).catch((error: Error) => error.message.split('. ')[0]),
    );
  }
  try {
    pool.submit(decode, new Uint8Array(new SharedArrayBuffer(8)));
  } catch (error) {
    console.log(String(error).split(';')[0]);
  }
}
