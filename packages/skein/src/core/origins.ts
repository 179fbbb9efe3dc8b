/*
 * Where things were made: what debug mode writes down of every handle, future, task and operation.
 *
 * An error that is made together with the thing holds the stack. The engine keeps that as it is and
 * makes text of it only when somebody reads it, which is when something is reported: hardly ever. The
 * error is found by the thing in a weak map, so that nothing has a field for it.
 *
 * Frames of Skein itself say nothing to a user and are left out, and so are those of Node.
 */

import { thisCopy } from './copies.ts';

/** How many frames are shown, as in CPython (`constants.DEBUG_STACK_DEPTH`). */
const SHOWN_FRAMES = 10;

/** How many frames of our own may lie above those of the user. */
const OWN_FRAMES = 12;

/**
 * Whether a loop of this thread is in debug mode, or was. All that a program without debug mode pays
 * is a look at this.
 */
export let recordsOrigins: boolean = false;

/** From now on every constructor asks its loop whether that is in debug mode. */
export function recordOrigins(): void {
  recordsOrigins = true;
}

const origins = new WeakMap<object, Error>();

/** Notes that `made` is made here. */
export function noteOrigin(made: object): void {
  origins.set(
    made,
    withFrames(SHOWN_FRAMES + OWN_FRAMES, () => new Error()),
  );
}

/**
 * The frames of those who made `made`, the most recent one first, ten at most; undefined for what was
 * not made in debug mode.
 */
export function originOf(made: object): readonly string[] | undefined {
  const stack = origins.get(made)?.stack;
  return stack === undefined ? undefined : framesOfUser(stack);
}

/** ` created at main.ts:3:5`, for texts that show a thing; empty when it is not known. */
export function createdAt(made: object): string {
  if (!recordsOrigins) return '';
  const frame = originOf(made)?.[0];
  return frame === undefined ? '' : ` created at ${placeOf(frame)}`;
}

/** The function of ours that the user called to have `made` made, such as `Lock.acquire`. */
export function makerOf(made: object): string {
  const frames = (origins.get(made)?.stack ?? '').split('\n').slice(1);
  const own = frames.findIndex((frame) => !isOurs(frame)) - 1;
  return /^ +at (?:new |async )?([^ (]+) \(/.exec(frames[own] ?? '')?.[1] ?? 'an operation';
}

/** The frames of whoever calls Skein now, the most recent one first. */
export function callerFrames(): readonly string[] {
  return framesOfUser(withFrames(SHOWN_FRAMES + OWN_FRAMES, () => new Error()).stack ?? '');
}

function framesOfUser(stack: string): readonly string[] {
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  return frames.filter((frame) => !isOurs(frame) && !isOfNode(frame)).slice(0, SHOWN_FRAMES);
}

function placeOf(frame: string): string {
  return /\(([^()]+)\)$/.exec(frame)?.[1] ?? frame.replace(/^ +at (?:async )?/, '');
}

/** The folder of the package: this file lies in `dist/core`, or with others in a bundle in `lib`. */
const HOME = thisCopy.replace(/[^/]+\/(?:core\/)?[^/]*$/, '');

/** With source maps a frame may say where the source lies. */
const OWN_FOLDERS = ['lib/', 'dist/', 'src/'].map((folder) => HOME + folder);

/** Such a frame has `node:` and a name where others have the address of a file, or none: `next`. */
function isOfNode(frame: string): boolean {
  return frame.endsWith('(<anonymous>)') || /[( ]node:[\w/]+:\d+:\d+\)?$/.test(frame);
}

function isOurs(frame: string): boolean {
  return OWN_FOLDERS.some((folder) => frame.includes(folder));
}

function withFrames<T>(count: number, make: () => T): T {
  const engine = Error as { stackTraceLimit?: number };
  const before = engine.stackTraceLimit;
  engine.stackTraceLimit = count;
  try {
    return make();
  } finally {
    if (before === undefined) delete engine.stackTraceLimit;
    else engine.stackTraceLimit = before;
  }
}
