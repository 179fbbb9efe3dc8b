// Effection: tasks from generators, children of the task that spawns them.

import {
  all,
  createQueue,
  race,
  run as runOperation,
  sleep,
  spawn,
  withResolvers,
} from 'effection';
import { packageVersion } from './parts/package-version.mjs';
import { checkSum } from './parts/payloads.mjs';

export const name = 'Effection';
export const version = packageVersion('effection');

const works = { oneByOne, allAtOnce, gather, queue, timeout, pending };

let job;

export function setup(wanted) {
  job = wanted;
}

export async function run(count) {
  let apart = 0;
  const atPeak = (waiting) => (apart = job.atPeak(waiting));
  const began = performance.now();
  const sum = await runOperation(() => works[job.work](count, atPeak));
  const ended = performance.now();
  checkSum(sum, count);
  return (ended - began) / 1000 - apart;
}

export function teardown() {}

function* give(value) {
  return value;
}

function* oneByOne(count) {
  let sum = 0;
  for (let i = 1; i <= count; i++) sum += yield* yield* spawn(() => give(i));
  return sum;
}

function* allAtOnce(count) {
  const tasks = [];
  for (let i = 1; i <= count; i++) tasks.push(yield* spawn(() => give(i)));
  let sum = 0;
  for (const task of tasks) sum += yield* task;
  return sum;
}

function* gather(count) {
  const operations = [];
  for (let i = 1; i <= count; i++) operations.push(give(i));
  let sum = 0;
  for (const value of yield* all(operations)) sum += value;
  return sum;
}

function* queue(count) {
  const ping = createQueue();
  const pong = createQueue();
  const task = yield* spawn(function* () {
    for (let i = 0; i < count; i++) pong.add((yield* ping.next()).value + 1);
  });
  let sum = 0;
  for (let i = 0; i < count; i++) {
    ping.add(i);
    sum += (yield* pong.next()).value;
  }
  yield* task;
  return sum;
}

function* timeout(count) {
  let sum = 0;
  for (let i = 1; i <= count; i++) sum += yield* race([give(i), sleep(60_000)]);
  return sum;
}

function* pending(count, atPeak) {
  const gate = withResolvers();
  let waiting = 0;
  function* wait(value) {
    waiting++;
    yield* gate.operation;
    return value;
  }
  const tasks = [];
  for (let i = 1; i <= count; i++) tasks.push(yield* spawn(() => wait(i)));
  yield* sleep(0);
  atPeak(waiting);
  gate.resolve();
  let sum = 0;
  for (const task of tasks) sum += yield* task;
  return sum;
}
