import { chromium } from 'playwright-core';
import { runLoad } from './load.mjs';

const CHROMIUM = '/usr/bin/chromium';
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--enable-precise-memory-info',
];
/** Time for which the page is looked at, once it shows the fleet. */
const LOOK_MS = 8_000;

/**
 * The page over a running load: how fast it draws, what it holds, and how long an event takes to it.
 *
 * An event's time is its `at` on the run's clock, which started at the welcome's `startedAt`. It counts as shown at the
 * next animation frame after the message that brings it.
 *
 * @param {readonly string[]} nodeOptions
 * @param {{ agents: number, observations: number }} load
 */
export async function measurePage(nodeOptions, load) {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    await page.addInitScript(follow);
    /** @type {{ framesPerSecond: number, heapBytes: number, delays: number[] } | undefined} */
    let measured;
    await runLoad(nodeOptions, { ...load, monitor: true }, async (url) => {
      await page.goto(url);
      await page.getByTestId('fleet').waitFor();
      measured = await page.evaluate(look, LOOK_MS);
      return () => {};
    });
    if (measured === undefined)
      throw new Error('Cannot measure the page: the run was over before it had shown the fleet');
    const delays = measured.delays.sort((a, b) => a - b);
    const at = (/** @type {number} */ share) =>
      delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? Number.NaN;
    return { ...measured, delays: { count: delays.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) } };
  } finally {
    await browser.close();
  }
}

/** In the page, before its own script: notes when each event of a followed agent is shown. */
function follow() {
  const shown = /** @type {{ at: number, shownAt: number }[]} */ ([]);
  Object.assign(globalThis, { shown });
  const Socket = globalThis.WebSocket;
  globalThis.WebSocket = class extends Socket {
    constructor(/** @type {string} */ url, /** @type {string[]} */ protocols) {
      super(url, protocols);
      this.addEventListener('message', ({ data }) => {
        const message = JSON.parse(data);
        if (message.type !== 'log' || message.id !== undefined) return;
        requestAnimationFrame(() => {
          const shownAt = performance.timeOrigin + performance.now();
          for (const { at } of message.events) shown.push({ at, shownAt });
        });
      });
    }
  };
}

/** In the page: looks for a while. */
async function look(/** @type {number} */ lookMs) {
  const { shown } = /** @type {any} */ (globalThis);
  const socket = new WebSocket(`ws://${location.host}/ws`);
  let startedAt = 0;
  await new Promise((resolve) => {
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === 'welcome') {
        startedAt = Date.parse(message.run.startedAt);
        resolve(undefined);
      }
    };
  });
  // Decisions alone: of every event there would be more than the log's 200 a frame.
  socket.send(JSON.stringify({ type: 'subscribe', topic: 'log', types: ['agent.decided'], limit: 0, id: 1 }));
  let frames = 0;
  let going = true;
  const count = () => {
    frames++;
    if (going) requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
  const from = performance.now();
  await new Promise((resolve) => setTimeout(resolve, lookMs));
  going = false;
  socket.close();
  const { memory } = /** @type {any} */ (performance);
  return {
    framesPerSecond: (frames * 1_000) / (performance.now() - from),
    heapBytes: memory.usedJSHeapSize,
    delays: shown.map((/** @type {{ at: number, shownAt: number }} */ { at, shownAt }) => shownAt - startedAt - at),
  };
}
