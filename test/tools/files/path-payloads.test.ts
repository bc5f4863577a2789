import { describe, vi } from 'vitest';
import { tryPayloads } from './try-payloads.ts';

vi.mock('node:fs/promises', async (original) => (await import('./watched-fs.ts')).watchFs(await original()));

describe('for real', () => tryPayloads(false));
describe('in a rehearsal', () => tryPayloads(true));
