import { isMainThread, ThreadPoolExecutor, transfer } from 'skein';

type Pixels = Uint8Array<ArrayBuffer>;

export function invert(pixels: Pixels): Pixels {
  for (let i = 0; i < pixels.length; i++) pixels[i] = 255 - (pixels[i] as number);
  return transfer(pixels, [pixels.buffer]); // the way back
}

if (isMainThread) {
  await using pool = new ThreadPoolExecutor();
  const pixels = new Uint8Array(4_000_000);
  const inverted = await pool.submit(invert, transfer(pixels, [pixels.buffer]));
  console.log(inverted.length, inverted[0]);
  console.log(pixels.length); // it is gone here

  // The same, as an option of the task.
  await pool.with({ transfer: [inverted.buffer] }).submit(invert, inverted);
  console.log(inverted.length);
}
