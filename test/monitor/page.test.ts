import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRealClock } from '../../src/base/clock.ts';
import { describeMachines } from '../../src/machines.ts';
import { Hub } from '../../src/monitor/hub.ts';
import { openServer } from '../../src/monitor/server/server.ts';
import { monitorRun } from '../../src/monitor-run.ts';
import { hasBrowser, useWeb } from './browser.ts';
import { type LiveRun, liveRun } from './live-run.ts';

const web = useWeb();

/** Slow enough to be seen deciding. */
const SLOW = {
  models: {
    clerk: {
      latency: '700ms',
      rules: [
        { on: 'message', call: [{ lookup: { order: '{{ observation.text }}' } }] },
        { on: 'results', reply: 'It is {{ results.lookup.state }}.' },
      ],
    },
  },
};

/** Two calls at once, each of which has a price, and so many of them; and so many tokens for each agent. */
const LIMITED = {
  budget: { calls: 120, usd: 5 },
  models: { clerk: { ...SLOW.models.clerk, concurrency: 2, price: { input: 30, output: 60 } } },
  agents: {
    desk: {
      count: 6,
      model: 'clerk',
      tools: ['lookup'],
      observe: { inbox: true },
      budget_each: { tokens: 50_000 },
    },
  },
};

async function watched(changes: object = SLOW, control = true): Promise<LiveRun & { url: string }> {
  const live = await liveRun(changes);
  const monitor = await monitorRun(live.run, { port: 0, control, assets: web.assets() }, live.history);
  onTestFinished(() => monitor.close());
  return { ...live, url: monitor.controlUrl ?? monitor.url };
}

const state = (page: Page) => page.getByTestId('agent-state');
const active = (page: Page, name: string) => page.locator(`[data-testid="state-${name}"][data-active="true"]`);

describe.runIf(hasBrowser)('the page', { timeout: 60_000 }, () => {
  test('shows the fleet; a click on an agent opens it, and its chart lights up as it works', async () => {
    const { url } = await watched();
    const page = await web.open(url);
    expect(new URL(page.url()).search).toBe('');
    await page.getByTestId('count-waiting').getByText('5').waitFor();
    expect(await page.getByTestId('connection').textContent()).toContain('Connected');
    // The first cell is the first agent of the first group.
    await page.getByTestId('fleet').click({ position: { x: 8, y: 30 } });
    await page.waitForURL(/#\/agent\/desk\/0/);
    await expect.poll(() => state(page).textContent()).toContain('waiting');
    await active(page, 'observe').waitFor();

    await page.getByTestId('send-text').fill('order 17');
    await page.getByTestId('send-text').press('Enter');
    await active(page, 'decide').waitFor();
    await expect.poll(() => state(page).textContent(), { timeout: 10_000 }).toContain('waiting');
    await page.getByText('It is paid.').first().waitFor();
    await page.getByRole('tab', { name: 'Transcript' }).click();
    await page.getByText('order 17').first().waitFor();
  });

  test('shows how far budgets and models have gone, and what everybody has cost', async () => {
    const { run, url } = await watched(LIMITED);
    const page = await web.open(url);
    const budgets = page.getByTestId('budgets');
    await budgets.getByText('0 of 120').waitFor();
    expect(await page.getByLabel('Cost of the run').count()).toBe(0);
    run.send({ type: 'run.send', text: 'order 17' });
    const models = page.getByTestId('model-limits');
    await models.getByText('2/2').waitFor();
    await expect.poll(() => models.textContent()).toMatch(/clerk.*2\/2/);
    await page.getByTestId('spent').getByText('desk').waitFor();
    await expect.poll(() => page.getByLabel('Cost of the run').textContent(), { timeout: 10_000 }).toMatch(/^\$0\.0/);
    await budgets.getByText('Agents closest to their limits').click();
    await budgets.getByRole('link', { name: 'desk/0' }).click();
    await page.waitForURL(/#\/agent\/desk\/0/);
    await page.getByText('cost', { exact: true }).waitFor();
  });

  test('without limits shows none', async () => {
    const { run, url } = await watched();
    const page = await web.open(url);
    run.send({ type: 'run.send', text: 'order 17' });
    await page.getByTestId('spent').waitFor();
    for (const id of ['budgets', 'model-limits']) expect(await page.getByTestId(id).count(), id).toBe(0);
    expect(await page.getByLabel('Cost of the run').count()).toBe(0);
  });

  test('goes back in time, and to now again', async () => {
    const { run, url } = await watched();
    const page = await web.open(`${url}#/agent/desk/1`);
    await page.goto(`${new URL(url).origin}/#/agent/desk/1`);
    await expect.poll(() => state(page).textContent()).toContain('waiting');
    run.send({ type: 'agent.send', agent: 'desk/1', text: 'order 3' });
    await page.getByText('It is paid.').first().waitFor();
    await page.getByTestId('scrubber').focus();
    await page.keyboard.press('Home');
    await page.getByTestId('travel-mark').waitFor();
    await expect.poll(() => page.getByText('It is paid.').count()).toBe(0);
    await page.keyboard.press('l');
    await page.getByText('It is paid.').first().waitFor();
    expect(await page.getByTestId('travel-mark').count()).toBe(0);
  });

  test('pauses and resumes an agent, which then does what has come meanwhile', async () => {
    const { run, url } = await watched();
    const page = await web.open(url);
    await page.goto(`${new URL(url).origin}/#/agent/scout/1`);
    await page.getByRole('button', { name: 'Pause agent' }).click();
    await expect.poll(() => state(page).textContent()).toContain('paused');
    run.send({ type: 'agent.send', agent: 'scout/1', text: 'order 5' });
    await page.getByRole('button', { name: 'Resume agent' }).click();
    await page.getByText('It is paid.').first().waitFor();
  });

  test('who may only look sees no commands', async () => {
    const { url } = await watched(SLOW, false);
    const page = await web.open(url);
    await page.goto(`${new URL(url).origin}/#/agent/scout/1`);
    await state(page).waitFor();
    expect(await page.getByTestId('send-text').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Pause', exact: true }).count()).toBe(0);
  });

  test('connects again by itself when the server comes back, and shows what happened meanwhile', async () => {
    const { run, history } = await liveRun({});
    const { record, scenario, specs, journal } = run;
    const source = { record, scenario, specs, journal, machines: describeMachines(), live: run };
    const clock = createRealClock();
    const open = async (port: number) => {
      const hub = new Hub(source, history, { clock, version: '' });
      const sockets = { '/ws': hub.connect, '/inspect': hub.inspect };
      const server = await openServer({ tokens: { read: 'to-read' }, port, assets: web.assets(), clock, sockets });
      const close = (): Promise<void> => {
        hub.stop();
        return server.close();
      };
      return { server, close };
    };
    const first = await open(0);
    const { port } = first.server;
    const page = await web.open(`http://127.0.0.1:${port}/?token=to-read`);
    await page.getByTestId('count-waiting').getByText('5').waitFor();
    await first.close();
    await expect.poll(() => page.getByTestId('connection').textContent()).not.toContain('Connected');
    run.send({ type: 'agent.stop', agent: 'desk/2' });
    const second = await open(port);
    onTestFinished(() => second.close());
    await expect.poll(() => page.getByTestId('connection').textContent(), { timeout: 15_000 }).toContain('Connected');
    await page.getByTestId('count-stopped').getByText('1').waitFor();
    clock.stop();
  });

  test('every view fits a phone without scrolling sideways, in dark and in light', async () => {
    const { url } = await watched();
    for (const colorScheme of ['dark', 'light'] as const) {
      const page = await web.open(url, { viewport: { width: 390, height: 844 }, colorScheme });
      for (const view of ['fleet', 'chart', 'agent/desk/0', 'timeline', 'log', 'messages', 'inbox']) {
        await page.goto(`${new URL(url).origin}/#/${view}`);
        await page.getByTestId('scrubber').waitFor();
        const wide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
        expect(wide, `${view}, ${colorScheme}`).toBe(false);
      }
    }
  });
});
