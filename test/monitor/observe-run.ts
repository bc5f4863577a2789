import { onTestFinished } from 'vitest';
import { openAssets } from '../../src/monitor/server/assets.ts';
import { monitorRun } from '../../src/monitor-run.ts';
import type { Run, RunOptions } from '../../src/run.ts';
import { liveRun } from './live-run.ts';

/** One clerk of which others ask by HTTP, and who says again what was said. */
export const DESK = {
  models: { clerk: { latency: '1ms', rules: [{ reply: 'You said {{ observation.text }}.' }] } },
  tools: {},
  sources: { desk: { http: true, to: 'clerk' } },
  agents: { clerk: { count: 1, model: 'clerk' } },
};

/** What is answered to a request. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}

export interface ObservedRun {
  readonly run: Run;
  /** The page, for who may push. */
  readonly url: string;
  /** And for who may only look. */
  readonly readUrl: string;
  /** Pushes JSON, or text as it is, with the token. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Reply>;
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  /** Asks until it is settled. */
  settled(path: string): Promise<any>;
  /** Requests that are streams. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** A live run into which one can push by HTTP; ended with the test. */
export async function observedRun(changes: object = {}, options: RunOptions = {}): Promise<ObservedRun> {
  const { run, history } = await liveRun({ ...DESK, ...changes }, options);
  const monitor = await monitorRun(run, { port: 0, control: true, assets: openAssets('/nowhere') }, history);
  onTestFinished(() => monitor.close());
  const { origin, searchParams } = new URL(monitor.controlUrl!);
  const token = searchParams.get('token')!;
  const send = (path: string, init: RequestInit = {}) =>
    fetch(origin + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
  const reply = async (path: string, init: RequestInit = {}): Promise<Reply> => {
    const response = await send(path, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  return {
    run,
    url: monitor.controlUrl!,
    readUrl: monitor.url,
    fetch: send,
    get: (path, headers = {}) => reply(path, { headers }),
    post: (path, body, headers = {}) =>
      reply(path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    async settled(path) {
      for (let i = 0; i < 500; i++) {
        const { body, status } = await reply(path);
        if (status !== 200 || !['waiting', 'working'].includes(body.status)) return body;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(`${path} is not settled`);
    },
  };
}
