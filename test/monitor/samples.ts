import type { RunEvent } from '../../src/protocol.ts';
import { messageOf } from './facts.ts';

const AGENT = 'a/1';
const error = { code: 'MODEL_FAILED', message: 'what went wrong' };
const call = { id: 'c1', name: 'lookup', args: { order: 7 } };
const of = { agent: AGENT, turn: 3 };
const decision = {
  reply: 'paid',
  toolCalls: [call],
  final: true,
  usage: { inputTokens: 5, outputTokens: 6 },
  serviceMs: 7,
};
const message = messageOf({ from: AGENT, to: 'b/0', body: 'see order 7', at: 22 });

type Fields<Type> = Omit<RunEvent & { readonly type: Type }, 'seq' | 'at' | 'type'>;

/** One of each type, with all it can have. A type that is missing does not compile. */
const FIELDS: { readonly [Type in RunEvent['type']]: Fields<Type> } = {
  'run.started': {
    run: 'r1',
    scenario: 'orders',
    seed: 7,
    virtual: true,
    agents: 6,
    before: { done: 1, failed: 0, stopped: 0, spent: { calls: 1, inputTokens: 2, outputTokens: 3, usd: 0.25 } },
    startedAt: '2000-01-01T00:00:00.000Z',
  },
  'run.draining': { reason: 'somebody asked' },
  'run.stalled': { waiting: [{ agent: AGENT, for: 'a message' }] },
  'run.finished': { status: 'stalled' },
  'store.degraded': { error },
  'store.recovered': { downMs: 120, writes: 3 },
  'supervisor.escalated': { supervisor: 'root', maxRestarts: 3, withinMs: 5_000, child: AGENT, error },
  'model.throttled': { model: 'small', retryInMs: 500, concurrency: 4, queued: 9, error },
  'model.tripped': { model: 'small', retryInMs: 5_000, queued: 9, error },
  'model.restored': { model: 'small', downMs: 700 },
  'budget.reached': {
    scope: 'run',
    limit: 'tokens',
    allowed: 100,
    used: 90,
    reserved: 5,
    needed: 20,
    atLimit: 'finish',
  },
  'server.logged': { server: 'files', level: 'info', text: 'what a server says' },
  'server.down': { server: 'files', error },
  'server.up': { server: 'files', tools: 4 },
  'agent.started': { agent: AGENT, group: 'a' },
  'agent.observed': { ...of, observation: { kind: 'observation', text: 'order 7' } },
  'agent.waiting': { agent: AGENT, for: 'a message' },
  'agent.paused': { agent: AGENT },
  'agent.resumed': { agent: AGENT },
  'agent.decided': { ...of, model: 'small', decision, durationMs: 8 },
  'agent.streamed': { ...of, text: 'It is pa' },
  'model.retried': { ...of, model: 'small', error, tries: 2, retryInMs: 900 },
  'agent.condensed': {
    ...of,
    dropped: 4,
    tokensBefore: 900,
    tokensAfter: 300,
    summary: 'what was said before',
    usage: { inputTokens: 5, outputTokens: 6 },
  },
  'model.failed': { ...of, model: 'small', error, durationMs: 8 },
  'agent.recalled': { ...of, decision, pending: 1 },
  'tool.started': { ...of, call, timeoutMs: 1_000 },
  'tool.finished': {
    ...of,
    result: { callId: 'c1', name: 'lookup', isError: true, content: { error: 'no such order' }, serviceMs: 4 },
    durationMs: 5,
  },
  'tool.retried': { ...of, callId: 'c1', name: 'lookup', error, tries: 2 },
  'tool.logged': { ...of, callId: 'c1', name: 'lookup', text: 'what a tool says' },
  'tool.blocked': { ...of, callId: 'c1', name: 'lookup', blockedMs: 80 },
  'agent.passivated': { agent: AGENT },
  'agent.woken': { agent: AGENT },
  'agent.restarting': {
    agent: AGENT,
    supervisor: 'root',
    because: 'failure',
    attempt: 2,
    delayMs: 400,
    error,
  },
  'agent.set-aside': { ...of, observation: 'order 7', error, attempts: 3 },
  'agent.stored': { ...of },
  'agent.replied': { ...of, observation: 'order 7', reply: 'paid', output: { state: 'paid' } },
  'agent.ended': { agent: AGENT, status: 'failed', turns: 3, criticalPathMs: 60, error },
  'message.sent': { agent: AGENT, message },
  'message.deadlock': { agents: [AGENT, 'b/0'], broken: 'b/0' },
  'message.looped': { loop: 'ping-pong', agents: [AGENT, 'b/0'], count: 8, message },
  'message.dead': { letter: { message, reason: 'expired', at: 30 } },
  'source.observed': { source: 'orders', item: '7', to: AGENT },
  'source.failed': { source: 'orders', error },
  'source.ended': { source: 'orders', items: 7 },
  'agent.subscribed': { agent: AGENT, topic: 'orders' },
  'agent.unsubscribed': { agent: AGENT, topic: 'orders' },
  'task.awarded': { agent: AGENT, task: 'order 7', bids: [{ from: 'b/0', bid: 3 }], winner: 'b/0' },
  'agent.admitted': { agent: AGENT, group: 'a', user: 'ann', parent: 'b/0' },
  'approval.requested': { ...of, call, callId: '3/c1', deadlineAt: 9_000, question: 'which colour' },
  'approval.answered': {
    ...of,
    callId: '3/c1',
    name: 'lookup',
    waitedMs: 700,
    answer: 'rejected',
    by: 'ann',
    reason: 'not now',
  },
  'board.written': { agent: AGENT, board: 'plan', key: 'goal', version: 2 },
};

/** One event of each type, as if they had happened one after the other. */
export const SAMPLES = Object.entries(FIELDS).map(
  ([type, fields], i) => ({ seq: i + 1, at: i * 10, type, ...fields }) as RunEvent,
);
