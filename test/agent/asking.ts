import type { ApprovalSpec, JsonObject, PersonAnswer } from '../../src/protocol.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { createHarness, type Decide, type HarnessOptions, tool } from './harness.ts';

/** A tool whose calls wait for a person. */
export function askingTool(name: string, execute: Tool['execute'], changes: Partial<Tool> = {}): Tool {
  const approval: ApprovalSpec = { kind: 'approval', otherwise: 'reject' };
  return { ...tool(name, execute), approval, ...changes };
}

/** Calls once, and answers with what came of it. */
export function callOnce(...calls: readonly (readonly [name: string, args: JsonObject])[]): Decide {
  return ({ observation }) =>
    observation.kind === 'results'
      ? { reply: observation.text }
      : { toolCalls: calls.map(([name, args], index) => ({ id: `c${index + 1}`, name, args })) };
}

/** A run whose agents pay, with what was paid; it goes on while somebody may answer. */
export function asking(options: Partial<HarnessOptions> & { readonly approval?: Partial<ApprovalSpec> } = {}) {
  const paid: { agent: string; args: JsonObject; key: string }[] = [];
  const approval: ApprovalSpec = { kind: 'approval', otherwise: 'reject', ...options.approval };
  const pay = askingTool(
    'pay',
    (args, { agent, idempotencyKey: key }) => {
      paid.push({ agent, args, key });
      return { paid: args.amount ?? null };
    },
    {
      approval,
      effects: 'once',
      parameters: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] },
    },
  );
  const { tools = [], ...rest } = options;
  const harness = createHarness({
    decide: callOnce(['pay', { amount: 5 }]),
    keepOpen: true,
    ...rest,
    tools: [pay, ...tools],
  });
  const { people } = harness.env;
  const answer = (name: string, given: Omit<PersonAnswer, 'by'>) => {
    const [agent = '', callId = ''] = name.split(':');
    people.answer({ agent, callId }, { by: 'ann', ...given });
  };
  const names = () => people.list().map(({ agent, callId }) => `${agent}:${callId}`);
  const replies = () => harness.ofType('agent.replied').map(({ reply }) => reply);
  const journal = async (agent = 'agent/0') => (await harness.memory.journal('run', agent)).map(({ type }) => type);
  return { ...harness, people, paid, answer, names, replies, journal };
}
