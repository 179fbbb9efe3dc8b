import { currentThread, isMainThread, ThreadPoolExecutor } from 'skein';

export const open = (name: string): void => console.log(`${currentThread().name}: opens ${name}`);
export const close = (): void => console.log(`${currentThread().name}: closes`);
export const query = (id: number): string => `row ${id}`;

if (isMainThread) {
  await using pool = new ThreadPoolExecutor({
    maxWorkers: 1,
    threadNamePrefix: 'db',
    initializer: open,
    initargs: ['users.db'],
    teardown: close,
  });
  console.log(await pool.submit(query, 5));
}
