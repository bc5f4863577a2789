import type { AgentEnvironment } from '../agent/environment.ts';
import type { Timer } from '../base/clock.ts';
import { DRAIN_TIMEOUT_MS, LOOP_SLICE } from '../base/limits.ts';
import type { ErrorInfo, Waiting } from '../protocol.ts';
import type { Child } from './child.ts';
import type { Directory } from './directory.ts';
import type { HeldAgents } from './held-agents.ts';
import type { Passivation } from './passivation.ts';
import type { Restarter } from './restarter.ts';

/** How a run's agents came to an end. */
export type SupervisorEnd = 'finished' | 'stalled' | 'drained' | 'escalated';

/** What an ending needs of the supervisor that owns the agents. */
export interface Fleet {
  /** Everybody has been started once, and nobody is about to be started or woken again. */
  isSettled(): boolean;
  /** Some of its groups have members only when somebody asks for them. */
  mayGrow(): boolean;
  /** Somebody has observed something, in this process or before. */
  hasWorked(): boolean;
  /** Agents that run; of these, those that have nothing to do, and those that take nothing new. */
  readonly directory: Pick<Directory<Child>, 'ids' | 'size'>;
  readonly idle: ReadonlySet<string>;
  readonly paused: ReadonlySet<string>;
  readonly passivation: Pick<Passivation, 'ids' | 'size' | 'stop'>;
  readonly restarter: Pick<Restarter, 'stop'>;
  /** Who waits for what that is not just a message: an answer, the rest of several parts, room in a mailbox. */
  unfinished(): readonly Waiting[];
  /** Agents that wait for people. */
  readonly held: Pick<HeldAgents, 'agents' | 'stuck' | 'calls' | 'endless' | 'mostOf'>;
  /** Agents that have nothing to do, and to whom nothing will come, end as done. */
  close(agents: readonly string[]): void;
  /** Ends agents where they are. */
  stop(agents: readonly string[]): void;
  /** The same for those without an actor. */
  dismiss(agents: readonly string[]): void;
  /** Asks for the end of the run. */
  drain(reason: string): void;
  /** Nobody is left. */
  emptied(): void;
}

export interface EndingOptions {
  /** Somebody may still send or resume from outside. */
  isOpen(): boolean;
  /** Calls that wait for people may be answered while the run stays. Default false: it is ended, and goes on when it is resumed. */
  readonly staysForPeople?: boolean;
  /** Milliseconds agents have to finish their turns when the run is given up. */
  readonly shutdownMs: number;
}

/** The end of a run: when there is nothing more to come, on request, or because it was given up. */
export class Ending {
  readonly #env: AgentEnvironment;
  readonly #fleet: Fleet;
  readonly #options: EndingOptions;
  /** Agents that wait for a larger budget. */
  readonly #parked = new Set<string>();
  #end: SupervisorEnd = 'finished';
  #isDraining = false;
  /** The run has got where it was to get. */
  #isConcluded = false;
  #failure: ErrorInfo | undefined;
  #deadline: Timer | undefined;

  constructor(env: AgentEnvironment, fleet: Fleet, options: EndingOptions) {
    this.#env = env;
    this.#fleet = fleet;
    this.#options = options;
  }

  get end(): SupervisorEnd {
    return this.#end;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Why the run was given up, if it was. */
  get failure(): ErrorInfo | undefined {
    return this.#failure;
  }

  /** The agent waits for a larger budget. */
  park(agent: string): void {
    this.#parked.add(agent);
  }

  /** It waits for a larger budget, also if it has got a message meanwhile and does not count as idle. */
  isParked(agent: string): boolean {
    return this.#parked.has(agent);
  }

  /** It goes on, or has ended. */
  unpark(agent: string): void {
    this.#parked.delete(agent);
  }

  /** The supervisor above all gives up. */
  giveUp(error: ErrorInfo): void {
    this.#failure = error;
    this.#fleet.drain(error.message);
  }

  /** The run has got where it was to get: turns finish, and it is done. */
  conclude(reason: string): void {
    this.#isConcluded = !this.#isDraining;
    this.#fleet.drain(reason);
  }

  /** Its turn is over, and the run is ended. */
  rest(agents: readonly string[]): void {
    if (this.#isConcluded) this.#fleet.close(agents);
    else this.#fleet.stop(agents);
  }

  /** Lets turns finish for a while, then ends everybody where they are. Called once. */
  begin(reason: string): void {
    const { clock, emit } = this.#env;
    this.#isDraining = true;
    if (!this.#isConcluded) this.#end = this.#failure === undefined ? 'drained' : 'escalated';
    emit({ type: 'run.draining', reason });
    this.#freeze();
    const { idle, held } = this.#fleet;
    clock.defer(() => {
      this.rest([...new Set([...idle, ...this.#parked, ...held.agents()])].reverse());
      // There may be nobody whose end would be noticed.
      this.check();
    });
    const timeoutMs = this.#failure === undefined ? DRAIN_TIMEOUT_MS : this.#options.shutdownMs;
    this.#deadline = clock.setTimer(timeoutMs, () => this.#fleet.stop(this.#fleet.directory.ids().reverse()));
  }

  /** Starts, wakes and lays down nobody from here on. */
  #freeze(): void {
    const { passivation, restarter, dismiss, close } = this.#fleet;
    passivation.stop();
    dismiss(restarter.stop());
    if (this.#isConcluded) close(passivation.ids());
    else dismiss(passivation.ids());
  }

  /** The run is over. */
  finish(): void {
    this.#deadline?.cancel();
  }

  /** Nobody is left, or those who are left wait for what nobody will give them. */
  readonly check = (): void => {
    const fleet = this.#fleet;
    if (!fleet.isSettled()) return;
    const isEmpty = fleet.directory.size + fleet.passivation.size === 0;
    // Somebody may come yet for whom there is an agent then.
    if (isEmpty && (this.isDraining || !fleet.mayGrow() || !this.#options.isOpen())) fleet.emptied();
    else if (!this.#isQuiet()) return;
    else if (this.#parked.size > 0) fleet.drain('a budget is used up');
    else if (this.#env.clock.kind === 'real' && fleet.held.calls > 0) this.#leaveToPeople();
    else if (fleet.paused.size === 0) this.#settle();
  };

  /** They may take days: nothing is lost meanwhile, and no process need stay for it. */
  #leaveToPeople(): void {
    if (this.#options.staysForPeople === true) return;
    const { calls } = this.#fleet.held;
    this.#fleet.drain(calls === 1 ? '1 call waits for a person' : `${calls} calls wait for a person`);
  }

  /** What nobody waits for is done; but a run in which nobody has ever had anything to do has not been what was meant. */
  #settle(): void {
    const unfinished = this.#fleet.unfinished();
    if (unfinished.length === 0 && this.#fleet.hasWorked()) this.#closeSlice();
    else this.#stall(unfinished);
  }

  /** Ten thousand that end together do not keep the event loop from others. */
  readonly #closeSlice = (): void => {
    const { idle, passivation, close } = this.#fleet;
    const agents: string[] = [];
    for (const agent of idle) if (agents.push(agent) === LOOP_SLICE) break;
    if (agents.length === 0) agents.push(...passivation.ids().slice(0, LOOP_SLICE));
    if (agents.length > 0) close(agents);
    this.#env.clock.defer(this.check);
  };

  /** Everybody waits, and nobody outside may change that. */
  #isQuiet(): boolean {
    if (this.isDraining || this.#options.isOpen()) return false;
    const { idle, directory, held } = this.#fleet;
    let waiting = idle.size;
    // One to which a message has come is not idle, and goes on as little.
    for (const agent of this.#parked) if (!idle.has(agent)) waiting++;
    if (waiting === directory.size || waiting + held.mostOf < directory.size) return waiting === directory.size;
    // One whose deadline will decide goes on by itself; but no process stays for that when there are others for which it may not.
    const isLeft = this.#env.clock.kind === 'real' && held.endless > 0;
    return waiting + (isLeft ? held.agents() : held.stuck()).length === directory.size;
  }

  #stall(unfinished: readonly Waiting[]): void {
    const { idle, passivation, held } = this.#fleet;
    const asleep = passivation.ids();
    this.#end = 'stalled';
    const told = new Set(unfinished.map(({ agent }) => agent));
    const others = [...idle, ...asleep].filter((agent) => !told.has(agent));
    const waiting = [...unfinished, ...others.map((agent) => ({ agent, for: 'a message' }))];
    this.#env.emit({ type: 'run.stalled', waiting });
    this.#fleet.dismiss(asleep);
    this.#fleet.stop([...idle, ...held.agents()]);
  }
}
