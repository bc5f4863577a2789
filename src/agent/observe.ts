import { toText } from '../base/template.ts';
import { Mailbox } from '../messaging/mailbox.ts';
import type { AgentSpec, Decision, Message, Observation, ObservationItem, ToolResult } from '../protocol.ts';
import type { AgentContext } from './context.ts';
import { type AgentEnvironment, groupOf, templateScope } from './environment.ts';
import { handOver } from './hand-over.ts';
import { forget } from './keep-turns.ts';
import { toCorrection } from './resumed-agent.ts';
import { SeenMessages } from './seen-messages.ts';
import { WallTimer } from './wall-timer.ts';

/**
 * Whether there is something to decide about: results, a message, or the next of the agent's own list. One that has said
 * that its life is over has nothing more.
 */
export function hasObservation(context: AgentContext): boolean {
  if (context.finished && context.answered) return false;
  return (
    context.cut !== undefined ||
    !context.answered ||
    context.work.mailbox?.hasNext === true ||
    context.taken < context.spec.items.length
  );
}

/** Nothing is left and nothing can come, or it has said so itself. */
export function isFinished(context: AgentContext): boolean {
  if (context.finished) return context.answered;
  return !hasObservation(context) && !context.spec.group.observe.inbox;
}

/** The turns for one observation are used up. */
export function isOverTurns(context: AgentContext): boolean {
  return !context.answered && context.step >= context.spec.group.limits.turns;
}

/**
 * Takes the next observation. Messages come before the agent's own list, since somebody may be waiting for an answer.
 *
 * @throws {TroupeError} `TEMPLATE` if an item's template cannot be rendered.
 */
export function nextObservation(env: AgentEnvironment, context: AgentContext): Partial<AgentContext> {
  const turn = context.turn + 1;
  if (!context.answered) {
    const observation =
      context.decision === undefined ? context.observation : observeOutcome(context, context.decision);
    return { turn, step: context.step + 1, observation, idle: false };
  }
  const message = context.work.mailbox?.peek();
  if (message !== undefined) {
    const { data } = message;
    const observation: Observation = { kind: 'message', text: message.body, message, ...(data && { data }) };
    return { ...begin(context, observation), messages: context.messages + 1, cause: message };
  }
  const item = context.spec.items[context.taken];
  const observation = item === undefined ? NOTHING : render(env, context.spec, item);
  return { ...begin(context, observation), taken: context.taken + 1 };
}

/** What an agent observes that has nothing to observe. */
export const NOTHING: Observation = { kind: 'observation', text: '' };

function begin({ turn, observations }: AgentContext, observation: Observation): Partial<AgentContext> {
  return {
    turn: turn + 1,
    step: 1,
    observations: observations + 1,
    observation,
    question: observation.text,
    cause: undefined,
    answered: false,
    decision: undefined,
    idle: false,
  };
}

/** A message that is sent again, by a call that was cut short, is the same message; of what was gathered, each part is. */
export function isNewMessage({ work }: AgentContext, { id, part }: Message): boolean {
  if (part !== undefined && work.seen?.has(part.batch) === true) return false;
  return work.seen?.has(id) !== true && work.mailbox?.has(id) !== true;
}

/**
 * Into the mailbox, and written down when it comes: whoever sent it does not send it again.
 *
 * @param isNoted It is written down already. Default false.
 */
export function noteMessage(env: AgentEnvironment, context: AgentContext, message: Message, isNoted = false): void {
  const { work } = context;
  work.mailbox ??= new Mailbox();
  work.mailbox.push(message);
  noteSeen(env, work, message.id);
  if (isNoted) return;
  work.journal.push({ type: 'received', turn: context.turn, at: env.clock.elapsed(), message });
  void handOver(env, context);
}

function noteSeen({ clock }: AgentEnvironment, work: AgentContext['work'], id: string): void {
  work.seen ??= new SeenMessages();
  work.seen.add(id, clock.elapsed());
}

/** Tells the others, and starts the observation's time when it is a new one. */
export function noteObservation(env: AgentEnvironment, context: AgentContext, expire: () => void): void {
  const { observation, work, spec, turn } = context;
  if (observation === undefined) return;
  if (context.step === 1) {
    work.calls = [];
    if (spec.group.conversation === 'each') forget(work, work.transcript.length);
    work.observedFrom = work.transcript.length;
    if (observation.message !== undefined) {
      work.mailbox?.take();
      if (observation.message.parts !== undefined) noteSeen(env, work, observation.message.id);
      env.mailroom.took(spec.id);
    }
  }
  armWall(env, context, context.step === 1 ? env.clock.elapsed() : undefined, expire);
  const { results, ...slim } = observation;
  const told: Observation = results === undefined ? observation : { ...slim, text: '' };
  work.journal.push({ type: 'observed', turn, at: env.clock.elapsed(), observation: told });
  if (observation.kind !== 'results') work.transcript.push({ role: 'user', content: toUserText(observation) });
  env.emit({ type: 'agent.observed', agent: spec.id, turn, observation: told });
}

/**
 * Starts an observation's time, or goes on with it where it was in an earlier life of the agent.
 *
 * @param beganAt When it began, on the run's clock; undefined: earlier.
 */
export function armWall(
  env: AgentEnvironment,
  { work, spec }: AgentContext,
  beganAt: number | undefined,
  expire: () => void,
): void {
  if (beganAt !== undefined) work.deadlineAt = beganAt + spec.group.limits.wallMs;
  else if (work.wallTimer !== undefined) return;
  else if (work.wallLeftMs !== undefined) work.deadlineAt = env.clock.elapsed() + work.wallLeftMs;
  work.wallLeftMs = undefined;
  const leftMs = (work.deadlineAt ?? Number.POSITIVE_INFINITY) - env.clock.elapsed();
  if (leftMs < Number.POSITIVE_INFINITY) work.wallTimer = new WallTimer(env, Math.max(0, leftMs), expire);
}

/** An observation's time stands still while its agent is paused, or one of its calls waits for a person. */
export function holdTime(env: AgentEnvironment, { work, answered }: AgentContext): void {
  if (work.wallTimer === undefined || work.wallLeftMs !== undefined || answered) return;
  work.wallLeftMs = work.wallTimer.due - env.clock.elapsed();
  work.wallTimer.cancel();
}

/** Unless there is another reason for it to stand still. */
export function continueTime(
  env: AgentEnvironment,
  { work, answered, paused }: AgentContext,
  expire: () => void,
): void {
  if (paused || work.held > 0) return;
  if (work.wallLeftMs !== undefined && !answered) {
    work.deadlineAt = env.clock.elapsed() + work.wallLeftMs;
    work.wallTimer = new WallTimer(env, work.wallLeftMs, expire);
  }
  work.wallLeftMs = undefined;
}

function observeOutcome({ results, work }: AgentContext, { flaw }: Decision): Observation {
  if (flaw !== undefined) return toCorrection(flaw);
  // As the transcript has them already: a result is turned into text once.
  const last = work.transcript.slice(-results.length);
  const text = last.map((message) => message.content).join('\n');
  return { kind: 'results', text, results: results as readonly ToolResult[] };
}

function render(env: AgentEnvironment, spec: AgentSpec, item: ObservationItem): Observation {
  const group = groupOf(env, spec);
  if ('template' in item) {
    return { kind: 'observation', text: group.itemTemplate(item.template).text(templateScope(spec, group)) };
  }
  const { data } = item;
  const template = spec.group.observe.text;
  if (template !== undefined) {
    const scope = { ...templateScope(spec, group), data };
    return { kind: 'observation', text: group.itemTemplate(template).text(scope), data };
  }
  return { kind: 'observation', text: toText(data.text ?? data), data };
}

/** What a model reads of an observation. */
export function toUserText({ text, message }: Observation): string {
  if (message === undefined) return text;
  const { from, kind, body, topic } = message;
  if (message.parts !== undefined || from.startsWith('source:')) return body;
  if (kind === 'ask') return `${from} asks: ${body}`;
  if (kind === 'topic') return `On ${JSON.stringify(topic)}, ${from} says: ${body}`;
  return kind === 'handoff' ? body : `Message from ${from}: ${body}`;
}
