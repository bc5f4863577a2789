import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openAssets } from '../../../src/monitor/server/assets.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { PAGE_FILES, pageFolder } from './page-folder.ts';

const folder = pageFolder();

test('each file of the page is there by its path, with its type', async () => {
  const assets = openAssets(folder);
  expect(assets.isEmpty).toBe(false);
  for (const [name, text] of Object.entries(PAGE_FILES)) {
    const asset = await assets.get(`/${name}`);
    // What the page cannot use is no part of it.
    if (name === 'private.json') expect(asset).toBeUndefined();
    else expect(String(asset?.body)).toBe(text);
  }
  expect(await assets.get('/')).toBe(await assets.get('/index.html'));
  expect((await assets.get('/icon.svg'))?.type).toBe('image/svg+xml');
});

test('what has its hash in its name never changes', async () => {
  const assets = openAssets(folder);
  const immutable = async (path: string) => (await assets.get(path))?.immutable;
  expect(await immutable('/assets/app-1a2b3c.js')).toBe(true);
  expect(await immutable('/index.html')).toBe(false);
});

test('files are compressed once', async () => {
  const assets = openAssets(folder);
  const [first, second] = [assets.get('/assets/app-1a2b3c.js'), assets.get('/assets/app-1a2b3c.js')];
  expect(second).toBe(first);
  const { body, gzipped } = (await first)!;
  expect(gzipped.length).toBeLessThan(body.length);
  expect(gunzipSync(gzipped)).toEqual(body);
});

test.each([
  '/../package.json',
  '/assets/../index.html',
  'index.html',
  '//index.html',
  '/assets',
  '',
  '/web/index.html',
])('there is nothing at %j', (path) => {
  expect(openAssets(folder).get(path)).toBeUndefined();
});

test('what comes after the start is not served', () => {
  const assets = openAssets(folder);
  const late = join(folder, 'late.js');
  writeFileSync(late, '');
  expect(assets.get('/late.js')).toBeUndefined();
  rmSync(late);
});

test('the layout’s worker comes from its package, as soon as there is a page', async () => {
  const worker = await openAssets(folder).get('/elk-worker.min.js');
  expect(worker?.type).toBe('text/javascript; charset=utf-8');
  expect(worker?.body.length).toBeGreaterThan(100_000);
});

test.each([
  ['is not there', () => join(temporaryFolder(), 'missing')],
  ['has no page in it', () => mkdtempSync(join(temporaryFolder(), 'x-'))],
])('a folder that %s is empty', (_, toFolder) => {
  const assets = openAssets(toFolder());
  expect(assets.isEmpty).toBe(true);
  expect(assets.get('/')).toBeUndefined();
  expect(assets.get('/elk-worker.min.js')).toBeUndefined();
});
