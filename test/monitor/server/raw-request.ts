import { connect } from 'node:net';

export interface RawAnswer {
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Everything that came, as it came. */
  readonly text: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly target?: string;
  /** By name; an undefined one is left out, a list is sent as so many lines. `Host` is that of the port by default. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly version?: string;
  /** Sent as it is: its length or its coding is said by a header. */
  readonly body?: string;
}

const HANDSHAKE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** Sends a request byte for byte as it is told, which no HTTP client would. */
export function request(
  port: number,
  { method = 'GET', target = '/', headers = {}, version = '1.1', body = '' }: RawRequest = {},
) {
  const all = { Host: `127.0.0.1:${port}`, Connection: 'close', ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((each) => `${name}: ${each}\r\n`),
  );
  return exchange(port, `${method} ${target} HTTP/${version}\r\n${lines.join('')}\r\n${body}`);
}

/** The same as a WebSocket handshake. */
export function handshake(port: number, { headers = {}, ...rest }: RawRequest = {}): Promise<RawAnswer> {
  return request(port, { target: '/ws', ...rest, headers: { ...HANDSHAKE, ...headers } });
}

/** Writes `text`, and reads until the other side closes or has shaken hands. */
export function exchange(port: number, text: string): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(text, 'latin1'));
    const finish = (): void => {
      socket.destroy();
      resolve(parse(answer));
    };
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      answer += chunk;
      if (answer.startsWith('HTTP/1.1 101') && answer.includes('\r\n\r\n')) finish();
    });
    socket.on('end', finish);
    socket.on('error', finish);
  });
}

function parse(text: string): RawAnswer {
  const [head = '', ...body] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { status: Number(first.split(' ')[1] ?? 0), headers, body: body.join('\r\n\r\n'), text };
}
