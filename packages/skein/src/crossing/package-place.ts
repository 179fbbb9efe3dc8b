/**
 * Where the files of this package are. The door tells, because the same source is run as separate
 * modules and as a bundle, and only the door knows its neighbours in both.
 */
let door: string | undefined;

/** @param url - the url of the module that the program imports: `index.js` */
export function setPackagePlace(url: string): void {
  door = url;
}

/** The url of a file that stands beside the door: what a new thread begins with. */
export function besideTheDoor(file: string): string {
  return new URL(file, door).href;
}

/** Whether a url is one of this package's own files. */
export function isOwnFile(url: string): boolean {
  return door !== undefined && url.startsWith(new URL('.', door).href);
}
