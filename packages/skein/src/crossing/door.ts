/**
 * Where the files of this package are. The door tells, because the same source is run as separate
 * modules and as a bundle, and only the door knows its neighbours in both.
 */
let door: string | undefined;

/**
 * @param url - the url of the module that the program imports: `index.js`; `undefined` in a bundle of
 *   the program's that cannot tell
 */
export function setPackagePlace(url: string | undefined): void {
  door = url;
}

/** The url of the module that the program imports. */
export function packagePlace(): string | undefined {
  return door;
}

/** Whether a url is one of this package's own files. */
export function isOwnFile(url: string): boolean {
  return door !== undefined && url.startsWith(new URL('.', door).href);
}
