import type { AgentEnvironment } from '../agent/environment.ts';
import { TroupeError } from '../base/errors.ts';
import type { Inbox } from '../people/inbox.ts';
import type { ApprovalCommand, MonitorCommand, PersonAnswer } from '../protocol.ts';
import type { Supervisor } from './supervisor.ts';

/**
 * Carries out a command from outside.
 *
 * @returns How many agents it reached. To a group or a run it goes as far as it can: an agent that cannot take it (its
 * mailbox is full) is passed over, unless none can.
 * @throws {TroupeError} `AGENT_UNKNOWN`, `GROUP_UNKNOWN` or `MAILBOX_FULL` if it reaches nobody; `APPROVAL_UNKNOWN` if no such call waits,
 * `USAGE` or `TOOL_ARGUMENTS` if it is no answer to it.
 */
export function obey(command: MonitorCommand, supervisor: Supervisor, env: AgentEnvironment): number {
  switch (command.type) {
    case 'run.drain': {
      const reached = supervisor.alive().length;
      supervisor.drain(command.reason);
      return reached;
    }
    case 'agent.send':
    case 'group.send':
    case 'run.send':
      return forEach(
        toTargets(command, supervisor, env),
        (id) => void supervisor.office.input('user', id, command.text),
      );
    case 'message.resend':
      void supervisor.office.resend(command.id);
      return 1;
    case 'messages.resend':
      return supervisor.office.resendAll();
    case 'agent.pause':
    case 'group.pause':
    case 'run.pause':
      return forEach(toTargets(command, supervisor, env), (id) => supervisor.pause(id));
    case 'agent.resume':
    case 'group.resume':
    case 'run.resume':
      return forEach(toTargets(command, supervisor, env), (id) => supervisor.resume(id));
    case 'approval.answer':
    case 'approvals.answer':
      return answer(command, env.people);
    case 'agent.stop':
    case 'group.stop':
      return forEach(toTargets(command, supervisor, env), (id) => supervisor.stop(id));
  }
}

/** To several calls as far as they wait; of two people the faster one counts. */
function answer(command: ApprovalCommand, people: Inbox): number {
  if (command.type === 'approval.answer') {
    people.answer(command, toAnswer(command));
    return 1;
  }
  const { calls, tool = '' } = command;
  const waiting = calls ?? people.ofTool(tool);
  if (waiting.length > 0) return forEach(waiting, (id) => people.answer(id, toAnswer(command)));
  throw new TroupeError(
    'APPROVAL_UNKNOWN',
    `Cannot answer calls of "${tool.slice(0, 100)}": none waits; nothing is left to do`,
  );
}

/** Who answers without being anybody. */
const NOBODY: readonly string[] = ['deadline', 'simulated'];

function toAnswer(command: ApprovalCommand): PersonAnswer {
  const { answer, by = 'monitor', reason } = command;
  if (NOBODY.includes(by)) throw new TroupeError('USAGE', `Cannot answer as "${by}": nobody is called so`);
  const said = { answer, by, ...(reason !== undefined && { reason }) };
  if (command.type === 'approvals.answer') return said;
  const { args, text } = command;
  return { ...said, ...(args !== undefined && { args }), ...(text !== undefined && { text }) };
}

function toTargets(
  command: Exclude<MonitorCommand, ApprovalCommand>,
  supervisor: Supervisor,
  env: AgentEnvironment,
): string[] {
  if ('agent' in command) return [command.agent];
  const group = 'group' in command ? command.group : undefined;
  if (group !== undefined && !env.groups.has(group)) {
    const names = [...env.groups.keys()].join(', ');
    throw new TroupeError('GROUP_UNKNOWN', `Cannot find group "${group}": the run has ${names}`);
  }
  const alive = supervisor.alive().filter((spec) => group === undefined || spec.group.name === group);
  if (alive.length > 0) return alive.map(({ id }) => id);
  throw new TroupeError(
    'AGENT_UNKNOWN',
    `Cannot reach ${group === undefined ? 'the run' : `group "${group}"`}: every agent has ended`,
  );
}

function forEach<T>(ids: readonly T[], act: (id: T) => void): number {
  let reached = 0;
  let refusal: unknown;
  for (const id of ids) {
    try {
      act(id);
      reached++;
    } catch (error) {
      if (!(error instanceof TroupeError)) throw error;
      refusal = error;
    }
  }
  if (reached === 0 && refusal !== undefined) throw refusal;
  return reached;
}
