import { TOOL_TIMEOUT_MS } from '../base/limits.ts';
import type { ApprovalSpec, PersonToolSpec, SimulatedReaction } from '../protocol.ts';
import { defined } from './defined.ts';
import type { CheckedScenario } from './schema.ts';

type CheckedTool = CheckedScenario['tools'][string];
export type CheckedApproval = NonNullable<Extract<CheckedTool, { module: unknown }>['approval']>;
export type CheckedPerson = Extract<CheckedTool, { builtin: 'ask-person' }>;

/** A checked `approval` as the rest of troupe reads it. */
export function toApproval(approval: CheckedApproval): ApprovalSpec {
  if (approval === 'required') return { kind: 'approval', otherwise: 'reject' };
  const { when, deadline, otherwise, simulate } = approval;
  const spec: ApprovalSpec = {
    kind: 'approval',
    ...(when !== undefined && { when }),
    ...(deadline !== undefined && { deadlineMs: deadline }),
    otherwise,
  };
  if (simulate === undefined) return spec;
  const { latency, rules, answer, reason, args } = simulate;
  const said = { ...(reason !== undefined && { reason }), ...(args !== undefined && { args }) };
  const last = answer === undefined ? [] : [{ answer, ...said }];
  const answers = [...rules, ...last].map((rule) => defined(rule) as SimulatedReaction);
  return { ...spec, simulate: { latency, answers } };
}

/** A checked `ask-person`: a call that waits, and whose result is the answer. */
export function toPersonTool({ description, deadline, otherwise, simulate }: CheckedPerson): PersonToolSpec {
  const approval: ApprovalSpec = {
    kind: 'question',
    otherwise: otherwise === undefined ? 'reject' : 'approve',
    ...(deadline !== undefined && { deadlineMs: deadline }),
    ...(otherwise !== undefined && { otherwiseText: otherwise }),
    ...(simulate !== undefined && { simulate: toPerson(simulate) }),
  };
  return {
    builtin: 'ask-person',
    ...(description !== undefined && { description }),
    timeoutMs: TOOL_TIMEOUT_MS,
    approval,
  };
}

function toPerson({ latency, rules, answer }: NonNullable<CheckedPerson['simulate']>) {
  const last = answer === undefined ? [] : [{ answer }];
  const answers = [...rules, ...last].map(
    ({ answer: text, ...rule }): SimulatedReaction => ({ ...defined(rule), answer: 'answer', text }),
  );
  return { latency, answers };
}
