import { inline, ThreadPoolExecutor } from 'skein';

const pool = new ThreadPoolExecutor();
console.log(
  await pool.submit(
    inline((x: number) => x * 2),
    21,
  ),
);

const hash = inline(async (text: string) => {
  const { createHash } = await import('node:crypto'); // what it uses, it imports itself
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
});
console.log(await pool.submit(hash, 'skein'));
