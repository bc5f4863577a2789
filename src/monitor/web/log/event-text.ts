import type { Observation, RunEvent } from '../../../protocol.ts';
import { formatCount, formatDuration, shorten } from '../format.ts';

const TEXT_MAX = 240;

/** What happened, in a line for people. */
export function toEventText(event: RunEvent): string {
  return shorten(toText(event), TEXT_MAX);
}

/** Something went wrong: a failed call, or an agent that failed. */
export function isFailure(event: RunEvent): boolean {
  if (event.type === 'tool.finished') return event.result.isError;
  if (event.type === 'agent.ended' || event.type === 'run.finished') return event.status === 'failed';
  return (
    event.type === 'model.failed' ||
    event.type === 'model.tripped' ||
    event.type === 'server.down' ||
    event.type === 'run.stalled' ||
    event.type === 'store.degraded'
  );
}

const LIMIT_UNITS = { tokens: 'tokens', usd: 'US dollars', calls: 'calls', wall: 'ms' } as const;
const AT_LIMIT = {
  stop: 'its agent is stopped',
  pause: 'its agent waits',
  finish: 'its agent ends with what it has',
} as const;
const LOOPS = { identical: 'the same again', 'ping-pong': 'to and fro', hops: 'a chain without end' } as const;

type Tell<Type extends RunEvent['type']> = (event: RunEvent & { readonly type: Type }) => string;

const TELL: { readonly [Type in RunEvent['type']]: Tell<Type> } = {
  'run.started': ({ scenario, agents, seed }) => `${scenario}: ${formatCount(agents, 'agent')}, seed ${seed}`,
  'run.draining': ({ reason }) => reason,
  'run.stalled': ({ waiting }) => `${formatCount(waiting.length, 'agent')} waiting for what nobody will send`,
  'run.finished': ({ status }) => status,
  'store.degraded': ({ error }) => `no call begins until memory can be written again: ${error.message}`,
  'store.recovered': ({ downMs, writes }) =>
    `after ${formatDuration(downMs)}, ${formatCount(writes, 'write')} made up for`,
  'model.throttled': ({ model, retryInMs, concurrency, queued, error }) =>
    `${model} has no capacity: again in ${formatDuration(retryInMs)}, ${concurrency} at once, ${queued} waiting: ${error.message}`,
  'model.tripped': ({ model, retryInMs, queued, error }) =>
    `${model} keeps failing: one asks again in ${formatDuration(retryInMs)}, ${queued} waiting: ${error.message}`,
  'model.restored': ({ model, downMs }) => `${model} answers again, after ${formatDuration(downMs)}`,
  'budget.reached': ({ scope, limit, used, allowed, atLimit }) =>
    `${scope}: ${used} of ${allowed} ${LIMIT_UNITS[limit]} used, the next call does not fit: ${AT_LIMIT[atLimit]}`,
  'server.logged': ({ server, level, text }) => `${server}, ${level}: ${text}`,
  'server.down': ({ server, error }) => `${server}: ${error.message}`,
  'server.up': ({ server, tools }) => `${server}: ${formatCount(tools, 'tool')}`,
  'agent.streamed': ({ text }) => text,
  'agent.condensed': ({ dropped, tokensBefore, tokensAfter, summary }) =>
    `${tokensBefore} tokens were too many, now ${tokensAfter}: ${formatCount(dropped, 'message')} ${summary === undefined ? 'left out' : `summarised as: ${summary}`}`,
  'model.retried': ({ model, tries, retryInMs, error }) =>
    `${model}, try ${tries} failed, again in ${formatDuration(retryInMs)}: ${error.message}`,
  'tool.retried': ({ name, tries, error }) => `${name}, try ${tries} failed, again: ${error.message}`,
  'tool.logged': ({ name, text }) => `${name}: ${text}`,
  'tool.blocked': ({ name, blockedMs }) => `${name} held up every agent for ${formatDuration(blockedMs)}`,
  'agent.started': ({ group }) => `in group ${group}`,
  'agent.observed': ({ turn, observation }) => `turn ${turn}: ${toObservationText(observation)}`,
  'agent.waiting': (event) => `for ${event.for}`,
  'agent.paused': () => 'takes nothing new',
  'agent.resumed': () => 'goes on',
  'agent.decided': ({ decision, durationMs }) => {
    const calls = decision.toolCalls.map(({ name, args }) => `${name}(${toArgs(args)})`).join(', ');
    const parts = [decision.reply, calls].filter((part) => part !== undefined && part !== '');
    return `${formatDuration(durationMs)}: ${parts.join(' → ') || 'nothing'}`;
  },
  'agent.recalled': ({ turn, pending }) => `turn ${turn}, with the decision it had; ${pending} calls to go`,
  'agent.passivated': () => 'sleeps until a message comes',
  'agent.woken': () => 'by a message',
  'agent.restarting': ({ because, delayMs, error }) =>
    `${because === 'failure' ? (error?.message ?? 'failed') : 'along with another'}; again in ${formatDuration(delayMs)}`,
  'agent.set-aside': ({ observation, error, attempts }) =>
    `given up after ${attempts} failures: ${shorten(observation, 80)}: ${error.message}`,
  'supervisor.escalated': ({ supervisor, maxRestarts, withinMs, child }) =>
    `${supervisor} gave up: more than ${maxRestarts} restarts in ${formatDuration(withinMs)}, the last of ${child}`,
  'model.failed': ({ model, error, durationMs }) => `${model}, ${formatDuration(durationMs)}: ${error.message}`,
  'tool.started': ({ call }) => `${call.name}(${toArgs(call.args)})`,
  'tool.finished': ({ result, durationMs }) =>
    `${result.name}, ${formatDuration(durationMs)}${result.isError ? ', failed' : ''}: ${toContent(result.content)}`,
  'agent.stored': ({ turn }) => `turn ${turn}`,
  'agent.replied': ({ reply }) => reply,
  'agent.ended': ({ status, turns, criticalPathMs, error }) =>
    `${status} after ${formatCount(turns, 'turn')}, critical path ${formatDuration(criticalPathMs)}${error ? `: ${error.message}` : ''}`,
  'message.sent': ({ message }) => `to ${message.to}: ${message.body}`,
  'message.deadlock': ({ agents, broken }) => `${agents.join(' → ')} wait for each other: the ask of ${broken} fails`,
  'message.looped': ({ loop, agents, count, message }) =>
    `${agents.join(' ⇄ ')}, ${LOOPS[loop]}, ${count} times, not delivered: ${message.body}`,
  'message.dead': ({ letter: { message, reason } }) =>
    `from ${message.from} to ${message.to}, ${reason}: ${message.body}`,
  'source.observed': ({ source, item, to }) => `${source}: ${item} to ${to}`,
  'source.failed': ({ source, error }) => `${source}: ${error.message}`,
  'source.ended': ({ source, items }) => `${source}, after ${formatCount(items, 'item')}`,
  'agent.subscribed': ({ topic }) => `to ${topic}`,
  'agent.unsubscribed': ({ topic }) => `from ${topic}`,
  'task.awarded': ({ task, winner, bids }) => `to ${winner}, of ${formatCount(bids.length, 'bid')}: ${task}`,
  'agent.admitted': ({ group, parent }) => (parent === undefined ? `to ${group}` : `to ${group}, by ${parent}`),
  'approval.requested': ({ call, question }) =>
    question === undefined ? `${call.name} waits for an approval` : `asks: ${question}`,
  'approval.answered': ({ name, answer, by, reason, waitedMs }) =>
    `${name} ${answer} by ${by} after ${formatDuration(waitedMs)}${reason === undefined ? '' : `: ${reason}`}`,
  'board.written': ({ board, key, version }) => `${key} on ${board}, version ${version}`,
};

/** One that this page cannot tell, as of a server of another version, is at least named. */
function toText(event: RunEvent): string {
  const named = 'agent' in event ? `${event.type} of ${event.agent}` : event.type;
  try {
    return (TELL[event.type] as ((event: RunEvent) => string) | undefined)?.(event) || named;
  } catch {
    return named;
  }
}

/** What an observation says; results are named as such. */
export function toObservationText({ kind, text, message }: Observation): string {
  if (kind === 'correction') return `a correction: ${text}`;
  if (kind === 'results') return 'the results of its calls';
  return message === undefined ? text : `message from ${message.from}: ${message.body}`;
}

function toArgs(args: object): string {
  const text = JSON.stringify(args);
  return text === '{}' ? '' : shorten(text.slice(1, -1), 80);
}

function toContent(content: unknown): string {
  if (typeof content === 'string') return content;
  const error = (content as { error?: unknown } | null)?.error;
  return typeof error === 'string' ? error : JSON.stringify(content);
}
