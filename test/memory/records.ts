import type { JournalRecord, Json, MemoryBatch, MemorySnapshot, Note, RunRecord } from '../../src/protocol.ts';

/** What a turn may leave behind: about 500 bytes, different for each agent and turn. */
export function batchOf(agent: string, turn: number): MemoryBatch {
  const toolCalls = [{ id: `${turn}/1`, name: 'search', args: { query: `disk of ${agent}`, limit: 3 } }];
  const usage = { inputTokens: 120, outputTokens: 30 };
  return {
    journal: [
      { type: 'model.done', turn, at: turn * 10.5, decision: { toolCalls, final: false, usage, serviceMs: 1_201.25 } },
    ],
    transcript: [
      { role: 'user', content: `Anomaly ${turn}: the 99th percentile of ${agent} is above two seconds.` },
      { role: 'assistant', content: '', toolCalls },
    ],
    snapshot: snapshotOf(agent, turn),
  };
}

export function snapshotOf(agent: string, turn: number): MemorySnapshot {
  const at = turn * 10.5;
  const reply = `Turn ${turn}.`;
  return { agent, status: 'running', turn, step: 1, taken: 1, answered: false, at, reply };
}

export function resultOf(content: Json): JournalRecord {
  return {
    type: 'tool.done',
    turn: 1,
    at: 2,
    result: { callId: '1/1', name: 'search', isError: false, content, serviceMs: 1 },
  };
}

export function runOf(id: string, startedAt = '2026-01-01T00:00:00.000Z'): RunRecord {
  return {
    id,
    scenario: 'triage',
    status: 'running',
    seed: 42,
    startedAt,
    recordedAt: startedAt,
    virtual: false,
    agents: 3,
    folder: '/scenarios',
    source: 'name: triage\nabout: Ärger 🎭\n',
  };
}

export function noteOf(agent: string, key: string, at = 1): Note {
  return { key, text: `What ${agent} knows of ${key}.`, agent, at };
}

/** `[[[…]]]` with an object at each other level. */
export function deepJson(levels: number): Json {
  let json: Json = 'bottom';
  for (let level = 0; level < levels; level++) json = level % 2 === 0 ? [json] : { next: json };
  return json;
}
