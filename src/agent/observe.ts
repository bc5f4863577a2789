import { toText } from '../base/template.ts';
import type { AgentSpec, Observation, ObservationItem, ToolResult } from '../protocol.ts';
import type { AgentContext } from './context.ts';
import { type AgentEnvironment, groupOf, templateScope } from './environment.ts';

/** Whether there is something to decide about: results, a message, or the next of the agent's own list. */
export function hasObservation(context: AgentContext): boolean {
  return !context.answered || context.mailbox.length > 0 || context.taken < context.spec.items.length;
}

/** Nothing is left and nothing can come. */
export function isFinished(context: AgentContext): boolean {
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
    const observation = context.decision === undefined ? context.observation : toResultsObservation(context);
    return { turn, step: context.step + 1, observation, idle: false };
  }
  const [message, ...mailbox] = context.mailbox;
  if (message !== undefined) {
    const observation: Observation = { kind: 'message', text: message.body, message };
    return { ...begin(turn, observation), mailbox };
  }
  const item = context.spec.items[context.taken];
  const observation = item === undefined ? NOTHING : render(env, context.spec, item);
  return { ...begin(turn, observation), taken: context.taken + 1 };
}

/** What an agent observes that has nothing to observe. */
export const NOTHING: Observation = { kind: 'observation', text: '' };

function begin(turn: number, observation: Observation): Partial<AgentContext> {
  return { turn, step: 1, observation, question: observation.text, answered: false, decision: undefined, idle: false };
}

/** Tells the others, and starts the observation's time when it is a new one. */
export function noteObservation(env: AgentEnvironment, context: AgentContext, expire: () => void): void {
  const { observation, work, spec, turn } = context;
  if (observation === undefined) return;
  if (context.step === 1) work.wallTimer = env.clock.setTimer(spec.group.limits.wallMs, expire);
  const { results, ...slim } = observation;
  const told: Observation = results === undefined ? observation : { ...slim, text: '' };
  work.journal.push({ type: 'observed', turn, at: env.clock.elapsed(), observation: told });
  if (observation.kind !== 'results') work.transcript.push({ role: 'user', content: toUserText(observation) });
  env.emit({ type: 'agent.observed', agent: spec.id, turn, observation: told });
}

/** An observation's time stands still while its agent is paused. */
export function holdTime(env: AgentEnvironment, { work, answered }: AgentContext): void {
  if (work.wallTimer === undefined || work.wallLeftMs !== undefined || answered) return;
  work.wallLeftMs = work.wallTimer.due - env.clock.elapsed();
  work.wallTimer.cancel();
}

export function continueTime(env: AgentEnvironment, { work, answered }: AgentContext, expire: () => void): void {
  if (work.wallLeftMs !== undefined && !answered) work.wallTimer = env.clock.setTimer(work.wallLeftMs, expire);
  work.wallLeftMs = undefined;
}

function toResultsObservation({ results, work }: AgentContext): Observation {
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

function toUserText(observation: Observation): string {
  const { message } = observation;
  return message === undefined ? observation.text : `Message from ${message.from}: ${message.body}`;
}
