import { type AgentEnvironment, groupOf, templateScope } from '../agent/environment.ts';
import type { ResumedAgent } from '../agent/resumed-agent.ts';
import type { AgentSpec, DeadLetter, EndedStatus, WiringSpec } from '../protocol.ts';
import { AgentMail } from './agent-mail.ts';
import { Blackboards } from './blackboard.ts';
import type { Child } from './child.ts';
import type { Directory } from './directory.ts';
import { LetterBox } from './letter-box.ts';
import { PostOffice } from './post-office.ts';
import type { Quarters } from './quarters.ts';
import { readAnswer } from './read-answer.ts';
import { Switchboard } from './switchboard.ts';

export interface OfficeOptions extends Pick<Quarters, 'wake' | 'spawn' | 'sessionOf' | 'spilled' | 'check'> {
  readonly directory: Directory<Child>;
  readonly idle: Set<string>;
  /** Absent: replies go to nobody by themselves. */
  readonly wiring?: readonly WiringSpec[] | undefined;
  /** All agents of the run. */
  readonly specs: readonly AgentSpec[];
  /** The agent waits for room in others' mailboxes. */
  hold(agent: string): void;
  /** Nobody is to be told anything more. */
  isOver(): boolean;
  /** Dead letters of earlier lives of the run. */
  readonly letters: readonly DeadLetter[];
  /** Where agents go on that a stopped run has left. */
  readonly resumed: ReadonlyMap<string, ResumedAgent>;
  /** Agents that had ended before. */
  readonly ended: ReadonlyMap<string, EndedStatus>;
}

/** The post office of a run's agents. */
export function openOffice(
  env: AgentEnvironment,
  { directory, idle, resumed, ended, letters, wiring = [], specs, hold, isOver, ...rest }: OfficeOptions,
): PostOffice {
  const office: PostOffice = new PostOffice(env, {
    ...rest,
    answered: (spec, answer) => switchboard.answered(spec, answer),
    isWired: (group) => switchboard.isWired(group),
    lost(unanswered) {
      if (!isOver()) switchboard.lost(unanswered);
    },
    left(agent, taken) {
      if (!isOver()) switchboard.left(agent, taken);
    },
    mailOf: (call) => new AgentMail(office, call),
    boardOf: (call, name) => boards.of(name, call),
    directory,
    letters: new LetterBox(env, letters),
    isIdle: (agent) => idle.has(agent) || directory.get(agent) === undefined,
    hasReceived: (agent, message) => resumed.get(agent)?.seen.has(message) ?? false,
    readAnswer: async (agent, message) => {
      const isReceived = ended.has(agent) || resumed.get(agent)?.seen.has(message) === true;
      return isReceived ? readAnswer(env.store, env.run, { agent, message }) : undefined;
    },
    keepTopics(agent, topics) {
      const child = directory.get(agent);
      if (child !== undefined) child.context.work.topics = topics;
    },
  });
  const switchboard = new Switchboard(env, office, {
    wiring,
    specs,
    isResumed: resumed.size > 0,
    directory,
    idle,
    hold,
  });
  const boards = new Blackboards(
    env,
    office,
    wiring.filter((spec) => spec.kind === 'blackboard'),
  );
  return office;
}

/**
 * Subscribes an agent to what its group says, or to what it had chosen itself by then.
 *
 * @param chosen Undefined: it has never chosen.
 */
export function subscribe(
  env: AgentEnvironment,
  office: PostOffice,
  spec: AgentSpec,
  chosen: readonly string[] | undefined,
): void {
  const { subscribe: declared = [] } = spec.group;
  if (chosen === undefined && declared.length === 0) return;
  const group = groupOf(env, spec);
  const scope = templateScope(spec, group);
  const topics = chosen ?? declared.map((topic) => group.itemTemplate(topic).text(scope));
  for (const topic of topics) office.topics.subscribe(topic, spec.id);
}
