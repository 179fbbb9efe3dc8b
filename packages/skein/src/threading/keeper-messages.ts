/** What threads tell the keeper over their port. What the keeper answers is in `this-thread.ts`. */
import type { MessagePort, ResourceLimits } from 'node:worker_threads';
import type { ThreadAddress } from '../shared/thread-table.ts';
import type { Heritage } from './spawn.ts';

/** Given to the keeper by the root thread, in `workerData`. */
export interface KeeperSetup extends Heritage {
  readonly address: ThreadAddress;
  readonly port: MessagePort;
}

/** Start a thread; its place in the table has been taken. */
export interface StartMessage {
  readonly type: 'start';
  readonly address: ThreadAddress;
  readonly name: string;
  readonly daemon: boolean;
  /** The module that the thread begins with, and what it finds beside `skein` in `workerData`. */
  readonly entry: string;
  readonly data: unknown;
  readonly resourceLimits?: ResourceLimits | undefined;
}

/** The root thread has started a thread: hold its lifeline. */
export interface ChildMessage {
  readonly type: 'child';
  readonly address: ThreadAddress;
  readonly lifeline: MessagePort;
}

/** A new pool: from now on the keeper starts its workers as they are needed. */
export interface PoolMessage {
  readonly type: 'pool';
  /** How many workers it has been given by the thread that made it. */
  readonly started: number;
  readonly pool: number;
  readonly ident: number;
  readonly namePrefix: string;
  readonly entry: string;
  readonly data: unknown;
  readonly resourceLimits: ResourceLimits | undefined;
}

/** This pool is the sender's own: it shall end when the sender does. After its `PoolMessage`. */
export interface PrivateMessage {
  readonly type: 'private';
  readonly pool: number;
  readonly ident: number;
}

/** Carry a value until somebody wants it. */
export interface CarryMessage {
  readonly type: 'carry';
  readonly key: number;
  readonly value: unknown;
  /** What in the value has to be moved along when it is handed on. */
  readonly moved: readonly object[];
}

/** Send me the value under this key, now or when it comes. */
export interface WantMessage {
  readonly type: 'want';
  readonly key: number;
}

/** Nobody will want the value under this key. */
export interface DropMessage {
  readonly type: 'drop';
  readonly key: number;
}

/** End these threads at once, wherever they are. The keeper passes it on to the root. */
export interface TerminateMessage {
  readonly type: 'terminate';
  readonly addresses: readonly ThreadAddress[];
}

export type KeeperMessage =
  | StartMessage
  | ChildMessage
  | PoolMessage
  | PrivateMessage
  | CarryMessage
  | WantMessage
  | DropMessage
  | TerminateMessage;
