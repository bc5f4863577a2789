import { describe, expect, test, vi } from 'vitest';
import { walkInside } from '../../../src/tools/files/walk-inside.ts';
import { tryPayloads } from './try-payloads.ts';

vi.mock('node:fs/promises', async (original) => (await import('./watched-fs.ts')).watchFs(await original()));
vi.mock('node:fs', async (original) => {
  const fs: typeof import('node:fs') = await original();
  return { ...fs, existsSync: (path: string) => path !== '/proc/self/fd' && fs.existsSync(path) };
});

describe('without descriptors, as elsewhere than on Linux', () => {
  tryPayloads(false);

  test('goes by path', async () =>
    expect(await walkInside('/', ['usr', 'none'], {}, async ({ address }) => address)).toBe('/usr/none'));
});
