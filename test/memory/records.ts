import type {
  ChatMessage,
  JournalRecord,
  Json,
  MemoryBatch,
  MemorySnapshot,
  Message,
  Note,
  RunRecord,
} from '../../src/protocol.ts';

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

export function messageOf(id: string, more: Partial<Message> = {}): Message {
  const chain = { correlation: id, hops: 0, trace: '' };
  return { id, from: 'b/0', to: 'a/0', kind: 'tell', body: `Body of ${id}`, at: 1, ...chain, ...more };
}

/** A message that has come during turn `turn`, as an agent hands it over. */
export function receivedOf(turn: number, id: string, more: Partial<Message> = {}): MemoryBatch {
  return { journal: [{ type: 'received', turn, at: turn, message: messageOf(id, more) }], transcript: [] };
}

/** A turn that answers at once, by default an observation of its own. */
export function answerOf(turn: number, message?: Message): MemoryBatch {
  const kind = message === undefined ? 'observation' : 'message';
  const observation = { kind, text: `Question ${turn}`, ...(message && { message }) } as const;
  return {
    journal: [{ type: 'observed', turn, at: turn, observation }],
    transcript: [{ role: 'user', content: `Question ${turn}` }, assistant(`Answer ${turn}`)],
    snapshot: { ...snapshotOf('a/0', turn), answered: true },
  };
}

/** An observation that takes two turns, as batches: before its call, after it, and its answer. */
export function callingOf(turn: number): MemoryBatch[] {
  const call = { id: `${turn}/1`, name: 'search', args: {} };
  const result = { role: 'tool', callId: call.id, name: 'search', isError: false, content: 'found' } as const;
  const [asked] = answerOf(turn).transcript;
  return [
    {
      journal: [...answerOf(turn).journal, { type: 'tools.intended', turn, at: turn, calls: [call.id] }],
      transcript: [],
    },
    {
      journal: [{ ...resultOf('found'), turn }],
      transcript: [asked!, { ...assistant(''), toolCalls: [call] }, result],
      snapshot: snapshotOf('a/0', turn),
    },
    {
      journal: [{ type: 'observed', turn: turn + 1, at: turn, observation: { kind: 'results', text: '' } }],
      transcript: [assistant(`Answer ${turn}`)],
      snapshot: { ...snapshotOf('a/0', turn + 1), step: 2, answered: true },
    },
  ];
}

function assistant(content: string): ChatMessage & { readonly role: 'assistant' } {
  return { role: 'assistant', content, toolCalls: [] };
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
