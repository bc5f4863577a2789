import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { isPushSource } from '../../src/sources/pushed.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { opened } from './bench.ts';

const FOLDER = import.meta.dirname;

test.each([
  { kind: 'every', everyMs: 5 },
  { kind: 'cron', cron: '* * * * *' },
  { kind: 'tail', file: join(FOLDER, 'no'), from: 'start', once: false },
  { kind: 'folder', folder: FOLDER, once: false },
  { kind: 'stdin' },
  { kind: 'http' },
] as const)('opens $kind; nothing happens before the start, or after the stop', async (spec) => {
  const { source, items, positions, failures, endings, clock } = await opened(spec);
  expect(isPushSource(source)).toBe(spec.kind === 'http');
  await clock.sleep(600_000);
  await source.stop();
  source.start();
  await clock.sleep(600_000);
  expect([items, positions, failures, endings]).toEqual([[], [], [], []]);
});

test('refuses what cannot be read', async () => {
  await expect(opened({ kind: 'http', text: '{% if %}' })).rejects.toMatchObject({ code: 'TEMPLATE' });
});

test('rehearsals of several sources are the same each time', async () => {
  const folder = temporaryFolder();
  for (let i = 0; i < 20; i++) writeFileSync(join(folder, `${i}.txt`), `file ${i}`);
  const file = join(temporaryFolder(), 'log');
  writeFileSync(file, Array.from({ length: 5_000 }, (_, i) => `line ${i} ${'x'.repeat(i % 90)}\n`).join(''));
  const rehearse = async (): Promise<string[]> => {
    const clock = createVirtualClock();
    const log: string[] = [];
    const options = {
      clock,
      async offer({ text, id }: { text: string; id?: string }) {
        log.push(`${clock.elapsed()} ${id} ${text}`);
        await clock.sleep(text.length % 7);
      },
    };
    const sources = await Promise.all([
      opened({ kind: 'tail', file, from: 'end', once: false }, options),
      opened({ kind: 'folder', folder, once: false }, options),
      opened({ kind: 'every', everyMs: 11, limit: 50 }, options),
      opened({ kind: 'cron', cron: '* * * * * *', limit: 3 }, options),
    ]);
    for (const { source } of sources) source.start();
    await Promise.all(sources.map(({ source }) => source.ended));
    return log;
  };
  const first = await rehearse();
  expect(first).toHaveLength(5_073);
  expect(await rehearse()).toEqual(first);
});
