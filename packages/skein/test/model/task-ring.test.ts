/**
 * The task ring under every interleaving. Its capacity is a power of two, so the rings here have 2
 * and 4 entries; a ring of 4 with 3 slots in use stands for one of 3.
 */
import { describe, test } from 'node:test';
import { explores, findsFault } from './report.ts';
import { inRing, ringModel } from './ring-model.ts';

const cancelled = (slot: number) => ({ slot, cancel: true }) as const;
