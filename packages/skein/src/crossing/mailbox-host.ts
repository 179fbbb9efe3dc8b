import { performance } from 'node:perf_hooks';
import type { MailboxHost } from '../shared/mailbox.ts';

/** What a mailbox needs of a thread in which Node runs. */
export const mailboxHost: MailboxHost = {
  now: () => performance.now(),
  inNextTurn: (look) => void setImmediate(look),
};
