import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProviderModel } from '../../../src/model/provider/create-provider-model.ts';
import type { ProviderModelSpec } from '../../../src/protocol.ts';
import type { Format } from './wire.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface ModelServer {
  readonly url: string;
  close(): Promise<void>;
}

/** A server on this machine that answers each request, once it is whole, as it is told. */
export async function startModelServer(handler: Handler): Promise<ModelServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => handler(request, response, Buffer.concat(chunks).toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const TEST_KEY = 'sk-test-0123456789abcdef';

const PROVIDERS: Readonly<Record<Format, string>> = {
  chat: 'openai-compatible',
  responses: 'openai',
  anthropic: 'anthropic',
  google: 'google',
};

/**
 * A model of the real package for a wire format that asks a server on this machine.
 *
 * @param url Where the server's paths of that format begin, such as `http://127.0.0.1:4010/v1`.
 */
export function createLocalModel(format: Format, url: string, more: Partial<ProviderModelSpec> = {}) {
  const common = { model: 'm', apiKey: TEST_KEY, ...more };
  if (format !== 'responses')
    return createProviderModel('local', { provider: PROVIDERS[format], baseUrl: url, ...common });
  // With an address of its own, OpenAI's package is asked for its chat model instead.
  return createProviderModel('local', { provider: 'openai', ...common }, { fetch: redirectTo(url) });
}

function redirectTo(url: string): typeof fetch {
  return (input, init) => fetch(String(input).replace('https://api.openai.com/v1', url), init);
}
