import { inline, ThreadPoolExecutor } from 'skein';

const pool = new ThreadPoolExecutor();

const add = inline((a: number, b: number) => a + b);
console.log(await pool.submit(add, 3, 4));

const factor = 10;
try {
  inline((x: number) => x * factor);
} catch (error) {
  console.log((error as Error).message.match(/it captures `\w+`/)?.[0]);
}
