import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

/** What the page's build leaves, in small. */
export const PAGE_FILES: Readonly<Record<string, string>> = {
  'index.html': '<!doctype html><title>page</title>',
  'stately.html': '<!doctype html><title>stately</title>',
  'assets/app-1a2b3c.js': 'export const app = 1;\n'.repeat(50),
  'assets/app-1a2b3c.css': 'body { margin: 0 }\n',
  'icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'licenses.md': '# Licenses\n',
  'private.json': '{"private":true}',
};

/** A folder as the page's build leaves it, in a folder with a file that must not be served. Removed after the file's tests. */
export function pageFolder(): string {
  const outside = mkdtempSync(join(tmpdir(), 'troupe-page-'));
  afterAll(() => rmSync(outside, { recursive: true, force: true }));
  writeFileSync(join(outside, 'package.json'), '{"outside":true}');
  for (const [name, text] of Object.entries(PAGE_FILES)) {
    const path = join(outside, 'web', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return join(outside, 'web');
}
