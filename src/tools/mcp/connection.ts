import { readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { getDefaultEnvironment } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolResultSchema,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
  ListToolsResultSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../../base/clock.ts';
import { MCP_EXIT_MS, MCP_START_MS, MCP_TOOLS_MAX } from '../../base/limits.ts';
import type { JsonObject, JsonSchema, McpServerSpec } from '../../protocol.ts';
import type { ToolContext } from '../tool.ts';
import { AnswerStreams } from './answer-streams.ts';
import { checkAddress } from './check-address.ts';
import { explainFailure, isUnreachable } from './explain-failure.ts';
import { ProcessTransport } from './process-transport.ts';
import type { ServerAnswer } from './to-result.ts';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Pages of a server's list of tools; one that has no end is a mistake of the server's. */
const PAGES_MAX = 100;
/** The client's own deadline comes so much after the tool's, which is the one that counts; in milliseconds. */
const DEADLINE_MARGIN_MS = 60_000;
/** Node fires at once what is further away than a signed 32-bit number of milliseconds. */
const TIMER_MAX_MS = 2_147_483_647;
/** The session is not known any more; many servers say so by a bad request. */
const GONE = [400, 404];
/** How the client says that a stream of events has been cut. */
const STREAM_CUT = /^(SSE stream disconnected|Failed to reconnect SSE stream)/;

/** A tool as its server lists it. */
export interface ServerTool {
  readonly description: string | undefined;
  readonly parameters: JsonSchema;
  readonly isReadOnly: boolean;
  readonly isIdempotent: boolean;
}

/** What is told of a connection. */
interface ConnectionEvents {
  /** Of real time. */
  readonly clock: Clock;
  log(level: string, text: string): void;
  /** It is of no use any more, as a sentence without its end: `it ended with exit code 1`. At most once, and only once it was open. */
  onEnd(reason: string): void;
}

/** A connection to a server of tools, from its beginning to its one end. The only file that knows the protocol's library. */
export class Connection {
  readonly #client = new Client({ name: 'troupe', version });
  readonly #link: Link;
  readonly #events: ConnectionEvents;
  /** Why it is of no use any more. */
  #ended: string | undefined;
  #isOpen = false;
  #isProbing = false;
  #tools: ReadonlyMap<string, ServerTool> = new Map();

  /**
   * @param server With its variables filled in.
   * @throws {Error} If its address cannot be used, as a sentence without its end.
   */
  constructor(server: McpServerSpec, events: ConnectionEvents) {
    this.#events = events;
    const own = { ...events, onEnd: (reason: string) => this.#end(reason) };
    this.#link = 'url' in server ? linkToAddress(server, own) : linkToProcess(server, own);
    this.#client.onerror = (error) => this.#onError(error);
    this.#client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params: { level, data } }) =>
      events.log(level, typeof data === 'string' ? data : JSON.stringify(data)),
    );
  }

  /** Its tools when it was opened, by the server's names for them. */
  get tools(): ReadonlyMap<string, ServerTool> {
    return this.#tools;
  }

  /**
   * Starts the server, or reaches it, and lists its tools; nothing is left of it if that fails.
   *
   * @throws {Error} Why it cannot be used, as a sentence without its end.
   */
  async open(): Promise<void> {
    const late = `it was not ready within ${MCP_START_MS / 1_000} s`;
    const deadline = this.#events.clock.setTimer(MCP_START_MS, () => this.#end(late));
    try {
      await this.#client.connect(this.#link.transport, { timeout: TIMER_MAX_MS });
      this.#tools = await this.#list();
      if (this.#ended !== undefined) throw new Error(this.#ended);
      this.#isOpen = true;
    } catch (error) {
      const reason = this.#ended ?? explainFailure(error);
      this.#end(reason);
      await this.close();
      throw new Error(reason);
    } finally {
      deadline.cancel();
    }
  }

  async #list(): Promise<ReadonlyMap<string, ServerTool>> {
    const tools = new Map<string, ServerTool>();
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      const request = { method: 'tools/list', ...(cursor !== undefined && { params: { cursor } }) };
      const list = await this.#client.request(request, ListToolsResultSchema, { timeout: TIMER_MAX_MS });
      for (const { name, description, inputSchema, annotations = {}, execution } of list.tools) {
        // Such a tool answers with a task to be asked for, not with a result.
        if (execution?.taskSupport === 'required') continue;
        const { readOnlyHint: isReadOnly = false, idempotentHint: isIdempotent = false } = annotations;
        tools.set(name, { description, parameters: inputSchema as JsonSchema, isReadOnly, isIdempotent });
      }
      if (tools.size > MCP_TOOLS_MAX) throw new Error(`it lists more than ${MCP_TOOLS_MAX} tools`);
      cursor = list.nextCursor;
      if (cursor === undefined) return tools;
    }
    throw new Error(`its list of tools has more than ${PAGES_MAX} pages`);
  }

  /**
   * Calls a tool, and tells the server if the call is aborted.
   *
   * @param timeoutMs The tool's own deadline, which aborts `context`.
   * @throws {Error} Why there is no answer, as a sentence without its end.
   */
  async call(name: string, args: JsonObject, context: ToolContext, timeoutMs: number): Promise<ServerAnswer> {
    const controller = new AbortController();
    let isSettled = false;
    // Not the context's own signal: aborted later, the client would cancel what has long been answered.
    context.onAbort((reason) => {
      if (!isSettled) controller.abort(reason);
    });
    try {
      const request = { method: 'tools/call', params: { name, arguments: args } };
      const timeout = Math.min(timeoutMs + DEADLINE_MARGIN_MS, TIMER_MAX_MS);
      return await this.#client.request(request, CallToolResultSchema, { signal: controller.signal, timeout });
    } catch (error) {
      if (this.#ended === undefined) throw new Error(explainFailure(error));
      throw new Error(`${this.#ended}; whether the call was carried out is not known`);
    } finally {
      isSettled = true;
    }
  }

  /** Calls under way fail at once. Resolves when nothing is left of it; does not reject. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#end('it was closed');
    await this.#link.close();
  }

  #end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#link.close();
    if (this.#isOpen) this.#events.onEnd(reason);
  }

  #onError(error: Error): void {
    if (this.#ended !== undefined) return;
    if (error instanceof StreamableHTTPError) {
      // A stream that cannot be opened may be none that the server offers.
      if (GONE.includes(error.code ?? 0) && !error.message.includes('SSE')) this.#end(explainFailure(error));
    } else if (error instanceof TypeError || STREAM_CUT.test(error.message)) {
      if (isUnreachable(error)) this.#end(explainFailure(error));
      else this.#probe();
    } else if (error instanceof SyntaxError || error.name.endsWith('ZodError')) {
      this.#events.log('warning', '[an event of its answers is no message of the protocol]');
    }
  }

  /** Something has gone wrong on the way: is the server still there? */
  #probe(): void {
    if (this.#isProbing || !this.#isOpen) return;
    this.#isProbing = true;
    this.#client
      .ping({ timeout: MCP_START_MS })
      .catch((error: unknown) => {
        // One that answers late, or with an error, is there.
        if (error instanceof TypeError) this.#end(explainFailure(error));
      })
      .finally(() => {
        this.#isProbing = false;
      });
  }
}

/** The way to a server. `close` is idempotent, bounded in time, and does not reject. */
interface Link {
  readonly transport: Transport;
  close(): Promise<void>;
}

type Address = Extract<McpServerSpec, { url: string }>;
type Command = Extract<McpServerSpec, { command: string }>;

function linkToProcess({ env, ...command }: Command, events: ConnectionEvents): Link {
  const { clock, log, onEnd } = events;
  const parse = (json: unknown): JSONRPCMessage => JSONRPCMessageSchema.parse(json);
  const whole = { ...getDefaultEnvironment(), ...env };
  const transport = new ProcessTransport({ ...command, env: whole, parse, clock, log, onEnd });
  return { transport, close: () => transport.close() };
}

/** @throws {Error} As `checkAddress`. */
function linkToAddress({ url, headers }: Address, { clock }: ConnectionEvents): Link {
  const streams = new AnswerStreams(clock);
  const options = { fetch: streams.fetch, requestInit: { headers } };
  const transport = new StreamableHTTPClientTransport(checkAddress(url, headers), options);
  transport.onmessage = (message) => {
    if (!('method' in message)) streams.answered(message.id);
  };
  const end = async (): Promise<void> => {
    transport.onclose?.();
    // A server keeps what belongs to a session for as long as it does not hear of its end.
    await Promise.race([transport.terminateSession().catch(() => undefined), clock.sleep(MCP_EXIT_MS)]);
    streams.close();
    await transport.close();
  };
  let ending: Promise<void> | undefined;
  const close = (): Promise<void> => {
    ending ??= end();
    return ending;
  };
  return { transport, close };
}
