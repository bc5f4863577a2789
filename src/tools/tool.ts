import type { CallContext } from '../base/call-context.ts';
import type {
  ApprovalSpec,
  DelegationPolicy,
  Ends,
  Json,
  JsonObject,
  Note,
  RunFact,
  ToolCall,
  ToolDefinition,
  ToolResult,
} from '../protocol.ts';
import type { Folder } from './files/folder.ts';
import type { LineFile } from './line-file.ts';
import type { ToolTerms } from './terms/tool-terms.ts';

/** What an agent can do in the world. One instance serves every agent that names it. */
export interface Tool extends ToolDefinition {
  /** Milliseconds until a call is aborted and answered with an error. */
  readonly timeoutMs: number;
  /**
   * What a call changes in the world. `none`: nothing, it can be made again at will. `idempotent`: made again with the
   * same `context.idempotencyKey` it changes nothing more. `once`: made again it would be done twice, such as a payment.
   */
  readonly effects: 'none' | 'idempotent' | 'once';
  /** True: it works inside of the run alone, and is neither recorded nor played. Default false. */
  readonly internal?: boolean;
  /** True: the work happens outside the run's clock (a disk, a network), and virtual time waits for it. */
  readonly external: boolean;
  /** True: `execute` itself refuses, with `TOOL_ARGUMENTS`, an object that does not fit. Absent: `parameters` decide. */
  readonly checksArguments?: boolean;
  /** Calls that wait for a person first. Absent: none. */
  readonly approval?: ApprovalSpec;
  /** On what terms it is called. Absent: at once, and once. */
  readonly terms?: ToolTerms;
  /**
   * Does the work.
   *
   * Contract: `args` fit `parameters`. May return a value or a promise, throw or reject; the caller turns every
   * failure into a result. Should stop when `context.signal` aborts.
   */
  execute(args: JsonObject, context: ToolContext): Json | Promise<Json>;
  /** Makes a whole call instead, from its arguments to its result, on the contract of `runToolCall`. */
  run?(call: ToolCall, context: ToolContext): Promise<ToolResult>;
}

/** What a call may use besides time and chance. */
export interface ToolContext extends CallContext {
  /** The same whenever this very call is made again after a crash, another one for an equal call made on purpose. */
  readonly idempotencyKey: string;
  /** The agent's own row, for templates. Absent: `{}`. */
  readonly row?: JsonObject;
  /** The scenario's parameters, and its folder, absolute. */
  readonly params: JsonObject;
  readonly folder: string;
  /** Other agents. */
  readonly mail: Mail;
  /** A try of the call begins: what it says to others is what the try before has said, and reaches nobody twice. */
  begin?(): void;
  /** A blackboard of the scenario's; for built-in tools alone. @throws {TroupeError} `TOOL_ARGUMENTS` if there is none. */
  board?(name: string): Board;
  /** Set by a tool with whose result the observation is answered, or the agent's life is over. */
  ends?: Ends;
  /** Says something of the call to whoever watches the run; at most 2,000 characters. */
  log(text: string): void;
  /** Facts for later, in memory's store. */
  readonly memory: Notes;
  /** Tells everyone who watches the run. */
  tell(fact: RunFact): void;
}

/** An answer to an ask. */
export interface MailReply {
  readonly from: string;
  readonly text: string;
}

export interface DelegateOptions {
  /** Default `round-robin`. */
  readonly policy?: DelegationPolicy;
  /** Of an auction: which bid wins. Default `lowest`. */
  readonly best?: 'lowest' | 'highest';
  /** False: nobody waits for the answer. Default true. */
  readonly wait?: boolean;
}

/**
 * What a tool call may say to other agents. Addresses are `group/index`, a member's name, or the name of a group that has one
 * member. Whatever is sent again by the same call, after a crash, is not delivered twice.
 *
 * @throws {TroupeError} Each, as a rejection: `AGENT_UNKNOWN`; `MAILBOX_FULL`, where the mailbox rejects; `DEADLOCK`, where it
 * blocks and its agent waits for the caller; `LIVELOCK`.
 */
export interface Mail {
  /** Resolves when it is in the mailbox, or on its way to one that is full and spills. */
  send(to: string, body: string): Promise<void>;
  /**
   * Asks, and waits for the answer.
   *
   * @throws {TroupeError} Besides: `DEADLOCK` if who is asked waits for the asker, `ASK_FAILED` if there will be no answer.
   */
  ask(to: string, body: string): Promise<MailReply>;
  /** @returns How many agents have it; a mailbox that is full does not. */
  publish(topic: string, body: string): Promise<number>;
  subscribe(topic: string): Promise<void>;
  unsubscribe(topic: string): Promise<void>;
  /** Gives a task to one of several. @returns Who has it, and its answer if that was waited for. */
  delegate(
    to: string,
    task: string,
    options?: DelegateOptions,
  ): Promise<{ readonly to: string; readonly text?: string }>;
  /** Hands the conversation over, with who waits for its answer; the caller's observation is over then. @returns To whom. */
  handOff(to: string, note: string): Promise<string>;
  /** Starts another member of a group, which works on the task. @returns Its address, and its answer if that was waited for. */
  spawn(
    group: string,
    task: string,
    options?: SpawnOptions,
  ): Promise<{ readonly agent: string; readonly text?: string }>;
}

export interface SpawnOptions {
  /** Its answer is waited for. Default false. */
  readonly wait?: boolean;
}

/** Texts by key that agents share, each with a version. */
export interface Board {
  /** @returns Undefined: nothing stands there. */
  read(key: string): Promise<BoardEntry | undefined>;
  /** In the order in which their keys were written first. */
  all(): Promise<readonly BoardEntry[]>;
  /**
   * Writes, and tells the others; the same call twice is one write.
   *
   * @param version The one that was read, 0 for none. Absent: whatever stands there is replaced.
   * @returns Resolves when it is on disk.
   * @throws {TroupeError} Rejects with `CONFLICT` if another version stands there, `TOOL_ARGUMENTS`, `TOO_MANY`, `STORE_FAILED`.
   */
  write(key: string, text: string, version?: number): Promise<BoardEntry>;
}

export interface BoardEntry {
  readonly key: string;
  readonly text: string;
  /** From 1. */
  readonly version: number;
  /** The agent that has written it. */
  readonly by: string;
  /** Milliseconds since the run's start. */
  readonly at: number;
}

/** What an agent, or all of them together, have noted. */
export interface Notes {
  /**
   * Notes a fact; one of the same key is replaced.
   *
   * @param shared True: for all agents. Default false: for this one.
   * @returns Resolves when it is on disk.
   */
  remember(key: string, text: string, options?: { readonly shared?: boolean }): Promise<void>;
  /** All that was noted, oldest first. */
  all(options?: { readonly shared?: boolean }): Promise<readonly Note[]>;
}

/** What a built-in tool may depend on besides its own declaration. */
export interface ToolOptions {
  /** The scenario's parameters, for templates. */
  readonly params: JsonObject;
  /** True: a rehearsal; results have to be a function of the seed. */
  readonly virtual: boolean;
  /** The file at an absolute path, the same one for all tools; in a rehearsal one that is nowhere. */
  lineFile(path: string): LineFile;
  /** The folder of a real path; in a rehearsal what is written in it is in memory, and all tools see it. */
  folder(path: string): Folder;
  /** Tells everyone who watches the run. */
  tell(fact: RunFact): void;
}
