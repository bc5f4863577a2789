import type { MailToolName } from '../protocol.ts';

const MAIL_TOOLS: Readonly<Record<MailToolName, true>> = {
  send: true,
  ask: true,
  publish: true,
  subscribe: true,
  unsubscribe: true,
  delegate: true,
  handoff: true,
  spawn: true,
  finish: true,
};

/** A built-in tool for a blackboard: it works inside of the run alone, too. */
export function isBoardTool(builtin: string): builtin is 'read-board' | 'write-board' {
  return builtin === 'read-board' || builtin === 'write-board';
}

/** A built-in tool by which agents speak to each other: it works inside of the run alone. */
export function isMailTool(builtin: string): builtin is MailToolName {
  return Object.hasOwn(MAIL_TOOLS, builtin);
}

/** Methods of `ToolContext.mail`. */
export const MAIL_ACTS = [
  'send',
  'ask',
  'publish',
  'subscribe',
  'unsubscribe',
  'delegate',
  'handOff',
  'spawn',
] as const;

export type MailAct = (typeof MAIL_ACTS)[number];
