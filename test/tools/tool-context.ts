import { CallContext } from '../../src/base/call-context.ts';
import { type Clock, createVirtualClock } from '../../src/base/clock.ts';
import { createRandom } from '../../src/base/random.ts';
import type { JsonObject, RunFact } from '../../src/protocol.ts';
import type { Mail, Notes, Tool, ToolContext } from '../../src/tools/tool.ts';

interface Settings {
  clock?: Clock;
  agent?: string;
  callId?: string;
  seed?: number;
  row?: JsonObject;
  /** Of what is not there nothing comes. */
  mail?: Partial<Mail>;
  log?: (text: string) => void;
  memory?: Notes;
  tell?: (fact: RunFact) => void;
}

const NO_NOTES: Notes = { remember: async () => undefined, all: async () => [] };

/** Everybody is there, and nobody has anything to say. */
const NO_MAIL: Mail = {
  send: async () => undefined,
  ask: async (to) => ({ from: to, text: '' }),
  publish: async () => 0,
  subscribe: async () => undefined,
  unsubscribe: async () => undefined,
  delegate: async (to) => ({ to }),
  handOff: async (to) => to,
  spawn: async (group) => ({ agent: `${group}/0` }),
};

class TestContext extends CallContext implements ToolContext {
  readonly row: JsonObject;
  readonly idempotencyKey = 'key';
  readonly params: JsonObject = {};
  readonly folder = '/nowhere';
  readonly memory: Notes;
  readonly mail: Mail;
  readonly tell: (fact: RunFact) => void;
  readonly log: (text: string) => void;

  constructor({ clock, agent, callId, seed, row, mail, log, memory, tell }: Settings) {
    super(agent ?? 'a/1', 1, callId ?? '1/1', clock ?? createVirtualClock(), createRandom(seed ?? 1));
    this.row = row ?? {};
    this.memory = memory ?? NO_NOTES;
    this.tell = tell ?? (() => undefined);
    this.log = log ?? (() => undefined);
    this.mail = { ...NO_MAIL, ...mail };
  }
}

/** A call's context as an agent makes it, in virtual time unless told otherwise. */
export function createContext(settings: Settings = {}): ToolContext {
  return new TestContext(settings);
}

/** A tool of any behaviour, without the checks of `defineTool`. */
export function createTool(execute: (...args: any[]) => unknown, rest: Partial<Tool> = {}): Tool {
  return {
    name: 't',
    description: '',
    parameters: { type: 'object' },
    timeoutMs: 1_000,
    effects: 'none',
    external: false,
    execute: execute as Tool['execute'],
    ...rest,
  };
}
