import { performance } from 'node:perf_hooks';
import type { MailboxHost } from '../shared/mailbox.ts';

/** From the clock of this thread, which began with it, to that of the machine. */
const sinceBoot = Number(process.hrtime.bigint() / 1000n) / 1000 - performance.now();

/** What a mailbox needs of a thread in which Node runs. */
export const mailboxHost: MailboxHost = {
  now: () => performance.now(),
  commonNow: () => performance.now() + sinceBoot,
  inNextTurn: (look) => void setImmediate(look),
};
