import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, vi } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import type { JsonObject, McpServerSpec, McpToolSpec, RunFact } from '../../../src/protocol.ts';
import { createFolder } from '../../../src/tools/files/folder.ts';
import { createLineFile } from '../../../src/tools/line-file.ts';
import { type McpTools, openMcpTools } from '../../../src/tools/mcp/open-mcp-tools.ts';
import type { ToolContext, ToolOptions } from '../../../src/tools/tool.ts';
import { createContext } from '../tool-context.ts';

// A reference server starts in half a second on a machine that does nothing else.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const modules = join(import.meta.dirname, '../../../node_modules/@modelcontextprotocol');
const open = new Set<McpTools>();
const folders: string[] = [];

afterEach(async () => {
  await Promise.all([...open].map((tools) => tools.close()));
  open.clear();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Waits until it no longer throws, or rejects. */
export const eventually = (check: () => unknown) => vi.waitFor(check, 20_000);

/** A folder that is gone after the test. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-mcp-'));
  folders.push(folder);
  return folder;
}

/** The program of a reference server. */
export const serverFile = (name: 'everything' | 'filesystem' | 'memory') =>
  join(modules, `server-${name}/dist/index.js`);

/** Whether a process runs; one that is only waiting for its exit code to be read does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z';
  } catch (error) {
    // There is no /proc everywhere.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && existsSync('/proc/self/stat') === false;
  }
}

export function createOptions(virtual = false) {
  const told: RunFact[] = [];
  const options: ToolOptions = {
    params: {},
    virtual,
    lineFile: createLineFile,
    folder: createFolder,
    tell: (fact) => told.push(fact),
  };
  return { options, told };
}

/** A spec as a scenario has it, with what it leaves out. */
export function toSpec(
  mcp:
    | { command: string; args?: string[]; env?: Record<string, string>; folder?: string }
    | { url: string; headers?: Record<string, string> },
  rest: Partial<McpToolSpec> = {},
): McpToolSpec {
  const server: McpServerSpec =
    'url' in mcp ? { headers: {}, ...mcp } : { args: [], env: {}, folder: tmpdir(), ...mcp };
  return { mcp: server, prefix: '', simulated: {}, timeoutMs: 20_000, ...rest };
}

/** Opens a server's tools; they are closed after the test. */
export async function openTools(spec: McpToolSpec, name = 'server') {
  const { options, told } = createOptions();
  const opened = await openMcpTools(name, spec, options);
  open.add(opened);
  const { tools } = opened;
  return {
    ...{ tools, told },
    names: tools.map((tool) => tool.name),
    close: () => opened.close(),
    async call(
      tool: string,
      args: JsonObject = {},
      context: ToolContext = createContext({ clock: createRealClock() }),
    ) {
      const found = tools.find(({ name }) => name === tool);
      if (found === undefined) throw new Error(`no tool ${tool}`);
      return found.execute(args, context);
    },
    types: () => told.map(({ type }) => type).filter((type) => type !== 'server.logged'),
    logged: () => told.flatMap((fact) => (fact.type === 'server.logged' ? [fact.text] : [])),
  };
}

/**
 * A server of a few lines, for what no good one does: its tools answer by `tools`, functions by name that are called with
 * the request; `send(message)`, `answer(request, text)` and `request` are there for them.
 *
 * @param extra Runs first; may replace `onMessage`, `initialize`.
 */
export function scriptServer(tools: string, extra = ''): { command: string; args: string[]; folder: string } {
  const folder = tempFolder();
  const file = join(folder, 'server.cjs');
  writeFileSync(file, `${SERVER}\n${extra}\ntools = {${tools}};`);
  return { command: process.execPath, args: [file], folder };
}

const SERVER = String.raw`
let tools = {};
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n');
const answer = ({ id }, text) => send({ id, result: { content: [{ type: 'text', text }] } });
let initialize = (id) => send({ id, result: { protocolVersion: '2025-06-18', capabilities: { tools: {}, logging: {} }, serverInfo: { name: 's', version: '1' } } });
let list = () => ({ tools: Object.keys(tools).map((name) => ({ name, inputSchema: { type: 'object' } })) });
let onMessage = () => undefined;
let input = '';
process.stdin.setEncoding('utf8').on('data', (text) => {
  input += text;
  for (let end = input.indexOf('\n'); end !== -1; end = input.indexOf('\n')) {
    const message = JSON.parse(input.slice(0, end));
    input = input.slice(end + 1);
    if (message.method === 'initialize') initialize(message.id);
    else if (message.method === 'tools/list') send({ id: message.id, result: list(message.params) });
    else if (message.method === 'tools/call') tools[message.params.name](message);
    else if (message.method === 'ping') send({ id: message.id, result: {} });
    else onMessage(message);
  }
});
process.stdin.on('end', () => process.exit(0));
`;
