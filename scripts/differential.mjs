// Compares Skein with CPython's asyncio over random programs; `npm test` runs 50 of them.
//
//   npm run test:differential              500 programs
//   npm run test:differential -- 5000      as many as are asked for
//   SKEIN_DIFFERENTIAL_FROM=1000 …         with the seeds from there on

process.env.SKEIN_DIFFERENTIAL_PROGRAMS = process.argv[2] ?? '500';
process.argv[2] = 'differential';
await import('./test.mjs');
