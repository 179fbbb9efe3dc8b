import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';

const GIB = 2 ** 30;

/**
 * On what was measured. The versions of the peers stand in the tables.
 *
 * @returns {{ facts: Record<string, string | number>, text: string }}
 */
export function describeMachine() {
  const facts = {
    date: new Date().toISOString(),
    node: process.versions.node,
    v8: process.versions.v8,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGib: Math.round(totalmem() / GIB),
    system: `${platform()} ${release()} ${arch()}`,
  };
  const text =
    `${facts.date.slice(0, 10)}, Node ${facts.node} (V8 ${facts.v8}), ${facts.cores} cores of ` +
    `${facts.cpu}, ${facts.memoryGib} GiB, ${facts.system}`;
  return { facts, text };
}
