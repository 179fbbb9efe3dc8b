import { isMainThread, task, ThreadPoolExecutor } from 'skein';

// Not exported: another thread finds it by this call, which runs there too when it imports the module.
const square = task('square', (x: number) => x * x);

if (isMainThread) {
  const pool = new ThreadPoolExecutor();
  console.log(await pool.submit(square, 12));
}
