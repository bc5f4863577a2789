import type { Message, RunEvent, RunFact } from '../../src/protocol.ts';

export const DECISION = { toolCalls: [], final: true, usage: { inputTokens: 1, outputTokens: 1 }, serviceMs: 0 };

/** A message that begins a chain. */
export function messageOf(changes: Partial<Message> = {}): Message {
  const id = changes.id ?? 'm1';
  const plain = { kind: 'tell', body: 'hi', at: 0, correlation: id, hops: 0, trace: '' } as const;
  return { id, from: 'a/0', to: 'a/0', ...plain, ...changes };
}

/** A fact of the type with what it needs, for the agent. */
export function factOf(type: RunEvent['type'], agent: string, n = 0): RunFact {
  const name = `n${n % 3}`;
  const call = { id: `c${n}`, name, args: {} };
  const failed = n % 2 === 1;
  const facts: { readonly [T in RunEvent['type']]: object } = {
    'run.started': { run: 'r1', scenario: 's', seed: 1, virtual: true, agents: 1, startedAt: 'then' },
    'run.draining': { reason: 'asked' },
    'run.stalled': { waiting: [] },
    'run.finished': { status: 'done' },
    'store.degraded': { error: { code: 'STORE_FAILED', message: 'the disk is full' } },
    'store.recovered': { downMs: n * 10, writes: n },
    'model.throttled': {
      model: name,
      retryInMs: n,
      concurrency: 1,
      queued: n,
      error: { code: 'MODEL_FAILED', message: 'no' },
    },
    'model.tripped': { model: name, retryInMs: n, queued: n, error: { code: 'MODEL_FAILED', message: 'no' } },
    'model.restored': { model: name, downMs: n },
    'budget.reached': {
      scope: 'run',
      limit: 'tokens',
      allowed: 10,
      used: n,
      reserved: 0,
      needed: 5,
      atLimit: 'stop',
    },
    'server.logged': { server: name, level: 'info', text: 'x' },
    'server.down': { server: name, error: { code: 'TOOL_FAILED', message: 'no' } },
    'server.up': { server: name, tools: n },
    'agent.streamed': { agent, turn: n, text: 'x' },
    'agent.condensed': { agent, turn: n, dropped: n, tokensBefore: 10, tokensAfter: 5 },
    'model.retried': {
      agent,
      turn: n,
      model: name,
      tries: 1,
      retryInMs: n,
      error: { code: 'MODEL_FAILED', message: 'no' },
    },
    'tool.retried': { agent, turn: n, callId: call.id, name, tries: 1, error: { code: 'TOOL_FAILED', message: 'no' } },
    'tool.logged': { agent, turn: n, callId: call.id, name, text: 'x' },
    'tool.blocked': { agent, turn: n, callId: call.id, name, blockedMs: 60 + n },
    'agent.started': { agent, group: 'a' },
    'agent.observed': { agent, turn: n, observation: { kind: 'observation', text: 'x' } },
    'agent.waiting': { agent, for: failed ? 'to be resumed' : 'a message' },
    'agent.paused': { agent },
    'agent.resumed': { agent },
    'agent.passivated': { agent },
    'agent.woken': { agent },
    'agent.restarting': { agent, supervisor: 'root', because: 'failure', attempt: 1, delayMs: n },
    'agent.set-aside': { agent, turn: n, observation: 'x', error: { code: 'ERROR', message: 'no' }, attempts: 3 },
    'supervisor.escalated': {
      supervisor: 'root',
      maxRestarts: 3,
      withinMs: 5_000,
      child: agent,
      error: { code: 'ERROR', message: 'no' },
    },
    'agent.recalled': { agent, turn: n, decision: DECISION, pending: n % 3 },
    'agent.decided': {
      agent,
      turn: n,
      model: name,
      decision: { ...DECISION, toolCalls: Array(n % 4).fill(call) },
      durationMs: n * 10,
    },
    'model.failed': { agent, turn: n, model: name, error: { code: 'ERROR', message: 'no' }, durationMs: n * 10 },
    'tool.started': { agent, turn: n, call },
    'tool.finished': {
      agent,
      turn: n,
      result: { callId: call.id, name, isError: failed, content: null, serviceMs: n },
      durationMs: n,
    },
    'agent.stored': { agent, turn: n },
    'agent.replied': { agent, turn: n, observation: 'x', reply: 'y' },
    'agent.ended': { agent, status: (['done', 'failed', 'stopped'] as const)[n % 3], turns: n, criticalPathMs: 0 },
    'message.sent': { agent, message: messageOf({ id: `m${n}`, from: agent }) },
    'message.deadlock': { agents: [agent, 'a/0'], broken: agent },
    'message.looped': { loop: 'identical', agents: [agent, 'a/0'], count: n, message: messageOf() },
    'message.dead': { letter: { message: messageOf(), reason: 'ended', at: 0 } },
    'source.observed': { source: name, item: 'x', to: agent },
    'source.failed': { source: name, error: { code: 'ERROR', message: 'no' } },
    'source.ended': { source: name, items: n },
    'agent.subscribed': { agent, topic: name },
    'agent.unsubscribed': { agent, topic: name },
    'task.awarded': { agent, task: 'x', bids: [{ from: 'a/0', bid: n }], winner: 'a/0' },
    'agent.admitted': { agent, group: 'a' },
    'approval.requested': { agent, turn: n, call, callId: `${n}/${call.id}` },
    'approval.answered': { agent, turn: n, callId: `${n}/${call.id}`, name, waitedMs: n, answer: 'approved', by: 'x' },
    'board.written': { agent, board: 'plan', key: 'goal', version: n },
  };
  return { type, ...facts[type] } as RunFact;
}
