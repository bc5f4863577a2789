import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { type Assets, openAssets } from '../../src/monitor/server/assets.ts';

const CHROMIUM = '/usr/bin/chromium';
const root = join(import.meta.dirname, '../..');
const folder = join(root, `node_modules/.cache/troupe-page-${process.pid}`);
/** Chromium's own requests have nowhere to go. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const hasBrowser = existsSync(CHROMIUM);
if (!hasBrowser) {
  process.stderr.write(`Left out: the tests of the page need ${CHROMIUM}, which .ci/run installs (Debian: chromium)\n`);
}

export interface Web {
  /** The page as it is shipped. */
  assets(): Assets;
  /** A page of its own; what goes wrong in it fails the test. */
  open(url: string, options?: BrowserContextOptions): Promise<Page>;
}

/** The page, built before a file's first test, and a browser for it. */
export function useWeb(): Web {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (!hasBrowser) return;
    const vite = join(root, 'node_modules/.bin/vite');
    const args = ['build', '--config', 'src/monitor/web/vite.config.ts', '--outDir', folder, '--logLevel', 'warn'];
    execFileSync(vite, args, { cwd: root, stdio: 'inherit' });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    assets: () => openAssets(folder),
    async open(url, options = {}) {
      if (browser === undefined) throw new Error('There is no browser');
      const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => {
        // A refused or lost connection is logged by the browser itself.
        if (message.type() === 'error' && !/WebSocket|ERR_CONNECTION|Failed to load/.test(message.text())) {
          problems.push(message.text());
        }
      });
      onTestFinished(async () => {
        await context.close();
        if (problems.length > 0) throw new Error(`The page had problems:\n${problems.join('\n')}`);
      });
      await page.goto(url);
      return page;
    },
  };
}
