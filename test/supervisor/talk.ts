import type { Decision, JsonObject, MailToolName, MailToolSpec, ModelRequest } from '../../src/protocol.ts';
import { createMailTool } from '../../src/tools/mail/create-mail-tool.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { createHarness, type Decide, type HarnessOptions } from '../agent/harness.ts';

/** A tool by which agents speak to each other, under the name of what it does. */
export function mailTool(builtin: MailToolName, rest: Partial<MailToolSpec> = {}, name: string = builtin): Tool {
  return createMailTool(name, { builtin, timeoutMs: 600_000, ...rest });
}

/** Decides to call it. */
export function say(name: string, args: JsonObject = {}): Partial<Decision> {
  return { toolCalls: [{ id: `call-${name}`, name, args }] };
}

export interface TalkOptions extends Omit<HarnessOptions, 'decide' | 'tools'> {
  /** What agents decide, by address or by group; those who are not here say what they heard. */
  readonly by?: Readonly<Record<string, Decide>>;
  readonly tools?: readonly Tool[];
}

const ALL = ['send', 'ask', 'publish', 'subscribe', 'unsubscribe', 'handoff', 'finish'] as const;

/** Agents that speak to each other: `agent/0` begins, with an inbox; the others are those of `others`. */
export function talk({ by = {}, tools = [], ...options }: TalkOptions) {
  const harness = createHarness({
    ...options,
    group: { observe: { items: [], inbox: true }, ...options.group },
    tools: [...ALL.map((name) => mailTool(name)), ...tools],
    decide: (request, context) => {
      const { spec, observation } = request;
      const decide = by[spec.id] ?? by[spec.group.name];
      if (decide !== undefined) return decide(request, context);
      return { reply: `${spec.id} heard ${observation.text}` };
    },
  });
  return {
    ...harness,
    office: harness.supervisor.office,
    /** What agents have answered, in order. */
    replies: () => harness.ofType('agent.replied').map(({ agent, reply }) => `${agent} ${reply}`),
    /** What agents have observed of others. */
    heard: (agent: string) =>
      harness
        .ofType('agent.observed')
        .flatMap(({ agent: who, observation }) =>
          who === agent && observation.message !== undefined ? [observation.message.body] : [],
        ),
    failures: () => harness.ofType('tool.finished').flatMap(({ agent, result }) => (result.isError ? [agent] : [])),
    dead: () => harness.ofType('message.dead').map(({ letter }) => `${letter.message.body} ${letter.reason}`),
  };
}

/** Calls that tool for what it observes first, and says with what it came back. */
export function useOnce(name: string, args: JsonObject): Decide {
  return ({ observation }: ModelRequest) =>
    observation.kind === 'results' ? { reply: observation.text } : say(name, args);
}

/** Takes so long for each answer. */
export function slowly(ms: number, decide?: Decide): Decide {
  return async (request, context) => {
    await context.sleep(ms);
    return decide?.(request, context) ?? { reply: `${request.spec.id} heard ${request.observation.text}` };
  };
}
