import type { AgentEnvironment } from '../agent/environment.ts';
import { TroupeError } from '../base/errors.ts';
import type { MonitorCommand } from '../protocol.ts';
import type { Supervisor } from './supervisor.ts';

/**
 * Carries out a command from outside.
 *
 * @returns How many agents it reached. To a group or a run it goes as far as it can: an agent that cannot take it (its
 * mailbox is full) is passed over, unless none can.
 * @throws {TroupeError} `AGENT_UNKNOWN`, `GROUP_UNKNOWN` or `MAILBOX_FULL` if it reaches nobody.
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
      return forEach(toTargets(command, supervisor, env), (id) => env.sendMessage('user', id, command.text));
    case 'agent.pause':
    case 'group.pause':
    case 'run.pause':
      return forEach(toTargets(command, supervisor, env), (id) => supervisor.pause(id));
    case 'agent.resume':
    case 'group.resume':
    case 'run.resume':
      return forEach(toTargets(command, supervisor, env), (id) => supervisor.resume(id));
    case 'agent.stop':
    case 'group.stop':
      return forEach(toTargets(command, supervisor, env), (id) => supervisor.stop(id));
  }
}

function toTargets(command: MonitorCommand, supervisor: Supervisor, env: AgentEnvironment): string[] {
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

function forEach(ids: readonly string[], act: (id: string) => void): number {
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
