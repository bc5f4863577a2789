import type { Answer, CallMail, MailCall } from '../agent/environment.ts';
import type { AgentSpec, Message } from '../protocol.ts';
import type { Board, MailReply } from '../tools/tool.ts';
import type { Child } from './child.ts';
import type { Directory } from './directory.ts';
import type { LetterBox } from './letter-box.ts';
import type { Roster } from './roster.ts';
import type { SpillRange } from './spill.ts';

/** An observation that will not be answered. */
export interface Unanswered {
  readonly agent: string;
  readonly cause: Message | undefined;
  /** Observations it had taken from its own list. */
  readonly taken: number;
  readonly reason: string;
}

/** What the post office needs of the supervisor that owns the agents. */
export interface Quarters {
  readonly directory: Directory<Child>;
  /** A message has come for one who may be asleep. */
  wake(agent: string): void;
  /** An answer has brought an agent's work to its end; what is wired to it goes on. */
  answered(spec: AgentSpec, answer: Answer): Promise<void> | undefined;
  isWired(group: string): boolean;
  /** Nobody will answer that; who would have got the answer hears so. */
  lost(unanswered: Unanswered): void;
  /** The same for what it had not yet taken of its own list. */
  left(agent: string, taken: number): void;
  mailOf(call: MailCall): CallMail;
  boardOf(call: MailCall, name: string): Board;
  readonly letters: LetterBox;
  /** What waits on disk since earlier lives of the run, by agent. */
  readonly spilled: ReadonlyMap<string, SpillRange>;
  /** It has nothing to do, or is not there. */
  isIdle(agent: string): boolean;
  /** It has got this message in an earlier life of the run. */
  hasReceived(agent: string, message: string): boolean;
  /** What it has answered to a message in an earlier life of the run, by its journal. @throws {TroupeError} Rejects with `ASK_FAILED`. */
  readAnswer(agent: string, message: string): Promise<MailReply | undefined>;
  /** What it has subscribed to goes into its snapshot. */
  keepTopics(agent: string, topics: readonly string[]): void;
  readonly spawn: Roster['spawn'];
  readonly sessionOf: Roster['sessionOf'];
  /** The run may have come to its end. */
  check(): void;
}
