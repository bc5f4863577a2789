import { expect, test } from 'vitest';
import { createVirtualClock } from '../../../src/base/clock.ts';
import { MCP_LOG_LINES, MCP_LOG_MS, TOOL_LOG_MAX_CHARS } from '../../../src/base/limits.ts';
import type { RunFact } from '../../../src/protocol.ts';
import { ServerLog } from '../../../src/tools/mcp/server-log.ts';

function create() {
  const clock = createVirtualClock();
  const told: RunFact[] = [];
  const log = new ServerLog('files', (fact) => told.push(fact), clock);
  return { clock, log, told, texts: () => told.map((fact) => (fact.type === 'server.logged' ? fact.text : fact.type)) };
}

test('a line is told with its server and level', () => {
  const { log, told } = create();
  log.add('stderr', 'ready');
  expect(told).toEqual([{ type: 'server.logged', server: 'files', level: 'stderr', text: 'ready' }]);
});

test('a long line is cut, and says so', () => {
  const { log, texts } = create();
  log.add('info', 'x'.repeat(TOOL_LOG_MAX_CHARS));
  log.add('info', 'x'.repeat(TOOL_LOG_MAX_CHARS + 1));
  expect(texts()).toEqual(['x'.repeat(TOOL_LOG_MAX_CHARS), `${'x'.repeat(TOOL_LOG_MAX_CHARS - 1)}…`]);
});

test('what a terminal would take for a command is taken out', () => {
  const { log, texts } = create();
  log.add('stderr', '\u001b[31mred\u001b[0m');
  expect(texts()).toEqual(['red']);
});

test('past the rate lines are left out and counted; the next ones are told again', async () => {
  const { clock, log, texts } = create();
  for (let i = 0; i < MCP_LOG_LINES + 7; i++) log.add('stderr', `line ${i}`);
  expect(texts()).toHaveLength(MCP_LOG_LINES);
  await clock.sleep(MCP_LOG_MS);
  expect(texts().slice(MCP_LOG_LINES)).toEqual([
    `[7 lines left out: it logs more than ${MCP_LOG_LINES} in ${MCP_LOG_MS / 1_000} s]`,
  ]);
  log.add('stderr', 'again');
  expect(texts().at(-1)).toBe('again');
  await clock.sleep(MCP_LOG_MS);
  expect(texts()).toHaveLength(MCP_LOG_LINES + 2);
});

test('flush tells at once what was left out', () => {
  const { log, texts } = create();
  for (let i = 0; i < MCP_LOG_LINES + 1; i++) log.add('stderr', 'x');
  log.flush();
  expect(texts().at(-1)).toContain('[1 line left out');
});
