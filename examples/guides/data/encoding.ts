import { isMainThread, registerEncoding, ThreadPoolExecutor } from 'skein';

export const toUrl = (href: string): URL => new URL(href);

registerEncoding(URL, { encode: (url) => url.href, decode: toUrl });

export function upwards(url: URL): URL[] {
  return [url, new URL('.', url), new URL('/', url)];
}

if (isMainThread) {
  await using pool = new ThreadPoolExecutor();
  for (const url of await pool.submit(upwards, new URL('https://skein.example/docs/data'))) {
    console.log(url.pathname);
  }
}
