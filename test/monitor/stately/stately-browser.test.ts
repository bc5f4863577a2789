import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openAssets } from '../../../src/monitor/server/assets.ts';
import { monitorRun } from '../../../src/monitor-run.ts';
import { next } from '../../rehearsals.ts';
import { liveRun } from '../live-run.ts';
import { pageFolder } from '../server/page-folder.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const folder = pageFolder();
const files = join(import.meta.dirname, '../../../src/monitor/web/public');
for (const file of readdirSync(files)) copyFileSync(join(files, file), join(folder, file));

/** Stands for stately.ai: tells what it gets in its own title, after saying that it is there. */
const INSPECTOR = `<!doctype html><body><script>
  const got = [];
  addEventListener('message', ({ data, origin }) => { got.push({ ...data, origin }); });
  window.got = got;
  setTimeout(() => parent.postMessage({ type: '@statelyai.connected' }, '*'), 200);
</script>`;

describe.skipIf(!existsSync(executablePath))('in a browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    });
  }, 60_000);
  afterAll(() => browser?.close());

  async function open(query = '') {
    const { run, history } = await liveRun();
    const monitor = await monitorRun(run, { port: 0, assets: openAssets(folder) }, history);
    onTestFinished(() => monitor.close());
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(String(error)));
    const asked: string[] = [];
    const { host } = new URL(monitor.url);
    await context.route('**/*', (route) => {
      const url = new URL(route.request().url());
      if (url.host === host) return route.continue();
      asked.push(url.href);
      return url.href === 'https://stately.ai/inspect'
        ? route.fulfill({ contentType: 'text/html', body: INSPECTOR })
        : route.abort();
    });
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await page.goto(monitor.url.replace('/?', `/stately?${query}`));
    return { run, host, page, faults, asked, sockets };
  }

  test('nothing leaves before the click', async () => {
    const { page, host, faults, asked, sockets } = await open('agent=desk/0&');
    await page.waitForSelector('#open:enabled');
    expect(page.url()).toBe(`http://${host}/stately?agent=desk%2F0`);
    await page.waitForTimeout(300);
    expect({ asked, sockets, faults, frames: page.frames().length }).toEqual({
      asked: [],
      sockets: [],
      faults: [],
      frames: 1,
    });
    expect(await page.textContent('main')).toContain('stately.ai');
  });

  test('after it the inspector gets the agents asked for, and what they do', async () => {
    const { run, host, page, faults, asked, sockets } = await open('agent=desk/1&');
    await page.click('#open');
    await expect.poll(() => page.textContent('#status')).toBe('Sending to stately.ai.');
    expect(asked).toEqual(['https://stately.ai/inspect']);
    expect(sockets).toEqual([`ws://${host}/inspect?agent=desk%2F1`]);
    const frame = page.frames().find((each) => each.url() === 'https://stately.ai/inspect')!;
    const got = (): Promise<any[]> => frame.evaluate('window.got');
    const replied = next(run, 'agent.replied', 'desk/1');
    run.send({ type: 'run.send', text: 'x' });
    await replied;
    await expect.poll(async () => (await got()).at(-1)?.snapshot?.value).toBe('observe');
    const messages = await got();
    expect(messages[0]).toMatchObject({ type: '@xstate.actor', name: 'desk/1', origin: `http://${host}` });
    expect(new Set(messages.map(({ rootId }) => rootId.split('/x:')[0]))).toEqual(new Set(['desk/1']));
    expect(faults).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('it can be read in %s', async (colorScheme) => {
    const { page } = await open();
    await page.emulateMedia({ colorScheme });
    const brightness = async (selector: string, property: string): Promise<number> => {
      const colour = await page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).${property}`);
      return colour.match(/\d+/g)!.reduce((sum, part) => sum + Number(part), 0);
    };
    const [text, ground] = [await brightness('main p', 'color'), await brightness('main', 'backgroundColor')];
    expect(Math.abs(text - ground)).toBeGreaterThan(450);
    expect(colorScheme === 'dark').toBe(text > ground);
  });
});
