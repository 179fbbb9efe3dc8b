import { isMainThread, ThreadPoolExecutor } from 'skein';

/** Rows as they are found, and the file or the connection is closed however it ends. */
export async function* rows(table: string): AsyncGenerator<string> {
  try {
    for (let row = 1; ; row++) yield `${table} ${row}`;
  } finally {
    console.log('closed');
  }
}

if (isMainThread) {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  for await (const row of pool.stream(rows, 'orders')) {
    console.log(row);
    if (row.endsWith('3')) break;
  }
}
