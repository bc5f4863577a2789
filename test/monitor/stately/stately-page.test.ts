import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';

const folder = join(import.meta.dirname, '../../../src/monitor/web/public');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const SITE = 'https://stately.ai';

/** The page's script in a stand-in for a browser, with the frame's window as far as it is used. */
function load(address = 'http://127.0.0.1:4600/stately') {
  const listeners: ((event: object) => void)[] = [];
  const sockets: { url: string; fire(type: string, event: object): void }[] = [];
  const inspector = { postMessage: vi.fn() };
  const made: any[] = [];
  const element = () => {
    const clicks: (() => void)[] = [];
    return {
      textContent: '',
      hidden: true,
      disabled: true,
      remove: vi.fn(),
      addEventListener: (_: string, listener: () => void) => clicks.push(listener),
      click: () => clicks.splice(0).map((listener) => listener()),
    };
  };
  const byId = { ask: element(), open: element(), status: element(), shown: element() };
  const document = {
    getElementById: (id: keyof typeof byId) => byId[id],
    createElement: () => {
      const frame = { contentWindow: undefined as unknown };
      made.push(frame);
      return frame;
    },
    body: {
      append: (frame: { contentWindow: unknown }) => {
        frame.contentWindow = inspector;
      },
    },
  };
  class Socket {
    readonly handlers = new Map<string, (event: object) => void>();
    readonly url: string;
    constructor(url: string) {
      this.url = url;
      sockets.push(this);
    }
    addEventListener(type: string, handler: (event: object) => void) {
      this.handlers.set(type, handler);
    }
    fire(type: string, event: object) {
      this.handlers.get(type)?.(event);
    }
  }
  const window = { addEventListener: (_: string, listener: (event: object) => void) => listeners.push(listener) };
  const run = new Function('document', 'location', 'window', 'WebSocket', read('stately.js'));
  const { href, search } = new URL(address);
  run(document, { href, search }, window, Socket);
  return {
    ...byId,
    sockets,
    made,
    inspector,
    receive: (message: object) => sockets[0]!.fire('message', { data: JSON.stringify(message) }),
    say: (event: object) => {
      for (const listener of listeners) listener({ source: inspector, origin: SITE, ...event });
    },
    told: () => inspector.postMessage.mock.calls.map(([message]) => message),
  };
}

const connected = { data: { type: '@statelyai.connected' } };
const actor = (id: number) => ({ type: '@xstate.actor', id });
const step = (id: number) => ({ type: '@xstate.snapshot', id });

test('before the click there is no frame and no connection', () => {
  const page = load();
  expect(page.open.disabled).toBe(false);
  page.say(connected);
  expect([page.made, page.sockets, page.told()]).toEqual([[], [], []]);
});

test('a click makes the frame and connects, once', () => {
  const page = load();
  page.open.click();
  page.open.click();
  expect(page.made).toEqual([expect.objectContaining({ src: `${SITE}/inspect`, referrerPolicy: 'no-referrer' })]);
  expect(page.sockets.map(({ url }) => url)).toEqual(['ws://127.0.0.1:4600/inspect']);
  expect(page.ask.remove).toHaveBeenCalledOnce();
});

test.each([
  ['?agent=desk%2F0&agent=b&group=c', '?agent=desk%2F0&agent=b&group=c', 'It will get agent desk/0, agent b, group c.'],
  ['?token=t&x=y&group=c#agent=z', '?group=c', 'It will get group c.'],
  ['?agent=%26group%3Dx', '?agent=%26group%3Dx', 'It will get agent &group=x.'],
  ['', '', 'It will get all agents of the run, the first 1,000 of them.'],
])('of its address %s it passes %s on, and says so', (search, expected, said) => {
  const page = load(`https://example.test:8443/stately${search}`);
  expect(page.shown.textContent).toBe(said);
  page.open.click();
  expect(page.sockets[0]!.url).toBe(`wss://example.test:8443/inspect${expected}`);
});

test('messages wait until the inspector says that it is there, and go to its site alone', () => {
  const page = load();
  page.open.click();
  page.receive(actor(1));
  page.receive(step(2));
  expect(page.told()).toEqual([]);
  page.say(connected);
  page.receive(step(3));
  expect(page.told()).toEqual([actor(1), step(2), step(3)]);
  for (const [, target] of page.inspector.postMessage.mock.calls) expect(target).toBe(SITE);
  page.say(connected);
  expect(page.told()).toHaveLength(3);
});

test.each([
  ['another window', { source: {} }],
  ['no window', { source: null }],
  ['another site in the frame', { origin: 'https://evil.test' }],
  ['a site with a longer name', { origin: 'https://stately.ai.evil.test' }],
  ['the same name without encryption', { origin: 'http://stately.ai' }],
  ['no site', { origin: 'null' }],
  ['the inspector, but something else', { data: { type: '@statelyai.disconnected' } }],
  ['the inspector, but nothing', { data: null }],
  ['the inspector, but a text', { data: '@statelyai.connected' }],
])('%s does not set it off', (_, event) => {
  const page = load();
  page.open.click();
  page.receive(actor(1));
  page.say({ ...connected, ...event });
  expect(page.told()).toEqual([]);
});

test('at most 1,000 messages wait, actors before steps', () => {
  const page = load();
  page.open.click();
  for (let i = 0; i < 600; i++) page.receive(actor(i));
  for (let i = 0; i < 1_000; i++) page.receive(step(i));
  for (let i = 600; i < 1_100; i++) page.receive(actor(i));
  page.say(connected);
  const told = page.told();
  expect(told).toHaveLength(1_000);
  expect(told.map(({ type }) => type)).toEqual(Array(1_000).fill('@xstate.actor'));
  expect(told.at(-1)).toEqual(actor(999));
});

test('the end of the connection is said', () => {
  const page = load();
  page.open.click();
  page.sockets[0]!.fire('close', { reason: 'Cannot find agent "x"' });
  expect(page.status).toMatchObject({ hidden: false, textContent: expect.stringContaining('Cannot find agent "x"') });
});

test('the page says where the data goes, and has nothing that its policy forbids', () => {
  const html = read('stately.html');
  expect(html.replace(/\s+/g, ' ')).toContain('goes to stately.ai');
  expect(html).not.toMatch(/<style|style=|<iframe|\son\w+=|<script(?![^>]*src=)/i);
  const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
  expect(addresses).toEqual(['/stately.css', '/stately.js', '/']);
  expect(read('stately.css')).not.toMatch(/url\(|@import/);
  expect(read('stately.js')).not.toMatch(/innerHTML|eval|document\.write/);
});
