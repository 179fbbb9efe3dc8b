// Guards: that sending things to a task and back is never slower than with Piscina, whatever they are.

import { node } from '../harness/questions.mjs';

const kinds = {
  'a number': 'number',
  'an object of 100 bytes': 'object',
  'a buffer of 1 KiB': 'kibibyte',
  'a buffer of 1 MiB': 'mebibyte',
};
const widths = { 'one at a time': 1, '16 in flight': 16 };
const competitors = ['skein-async', 'skein-blocking', 'piscina', 'piscina-tuned'];
const withTransfer = [...competitors, 'piscina-transferring'];

const cases = {};
const targets = [];
for (const [what, payload] of Object.entries(kinds)) {
  for (const [how, width] of Object.entries(widths)) {
    if (payload === 'number' && width === 1) continue; // that is pool-round-trip
    const name = `${what}, ${how}`;
    const only = payload === 'mebibyte' ? withTransfer : competitors;
    cases[name] = { workers: 2, width, payload, only };
    for (const than of only.filter((who) => who.startsWith('piscina'))) {
      targets.push({ case: name, who: 'skein-async', than, of: 'rate', atLeast: 1 });
    }
  }
}

export default {
  title: 'Payloads to a task and back, 2 workers',
  cases,
  contestants: withTransfer.map((name) => node(name)),
  shown: 'time',
  showsCpu: true,
  unequal: [
    'The time is that from one result to the next: with 16 in flight a sixteenth of what a task takes.',
    'A number one at a time is measured by pool-round-trip.',
    'A number is sent to `x + 1`, everything else to a function that gives it back.',
    'All copy, to the worker and back, and the sender keeps its bytes. To transfer them, the sender ' +
      'first makes the copy that it will lose; the worker gives that same memory back.',
    'A Buffer arrives as a Buffer with Skein, and as a Uint8Array with Piscina.',
  ],
  targets,
};
