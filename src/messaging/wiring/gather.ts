import type { Gather, Message } from '../../protocol.ts';
import { baseOf, type Delivery, ENDED, type Loss, type WiredAnswer, type WiringContext } from './topology.ts';

export interface Fan {
  readonly wire: string;
  readonly to: readonly string[];
  /** Who gets the answers, as one message. Undefined: they are not gathered. */
  readonly gatherer: string | undefined;
  readonly round?: number;
}

/**
 * The reply, to each of several agents; each message says where its answer goes.
 *
 * Of one who has ended and would be waited for, the gatherer hears so: at once, or if that is whoever sends, who cannot write
 * down a message in the middle of his own turn, with the answer of the first who is there.
 *
 * @returns Undefined: nobody is there who could answer, and whoever sends would wait for himself.
 */
export function fan(
  answer: WiredAnswer,
  { wire, to, gatherer, round }: Fan,
  context: WiringContext,
): Delivery[] | undefined {
  const base = baseOf(answer, wire);
  const common = { wire, ...(round !== undefined && { round }) };
  const isOwn = gatherer === answer.agent;
  const gone = to.flatMap((from, index) => (context.isAlive(from) ? [] : [{ from, index }]));
  if (isOwn && gone.length === to.length) return undefined;
  const first = to.find((member) => context.isAlive(member));
  return to.flatMap((member, index): Delivery[] => {
    const message = { ...common, id: `${base}>${member}`, from: answer.agent, to: member, body: answer.reply };
    if (gatherer === undefined) return [message];
    const gather: Gather = { batch: base, index, of: to.length, to: gatherer };
    if (!context.isAlive(member)) return isOwn ? [] : [{ ...common, ...toLostPart(member, gather, ENDED) }];
    const isTelling = isOwn && member === first && gone.length > 0;
    return [{ ...message, way: { gather: isTelling ? { ...gather, gone } : gather } }];
  });
}

/** The answer to a message of `fan` as the part that it is; undefined: nobody gathers it. */
export function toPart(answer: WiredAnswer, cause: Message): Delivery[] | undefined {
  const gather = cause.way?.gather;
  if (gather === undefined) return undefined;
  const { agent, observations, reply } = answer;
  const { to, gone: _, ...part } = gather;
  const id = `${agent}#${observations}>${part.batch}`;
  return toParts(cause, gather, { id, from: agent, to, body: reply, part });
}

/** Instead of that part, why there is none. */
export function losePart({ agent, cause, reason }: Loss): Delivery[] {
  const gather = cause?.way?.gather;
  return cause === undefined || gather === undefined ? [] : toParts(cause, gather, toLostPart(agent, gather, reason));
}

type Part = Omit<Delivery, 'wire' | 'round'>;

/** Those that are missing come first, so that the batch cannot be complete without them. */
function toParts({ wire = '', round }: Message, gather: Gather, own: Part): Delivery[] {
  const missing = (gather.gone ?? []).map(({ from, index }) => toLostPart(from, { ...gather, index }, ENDED));
  return [...missing, own].map((part) => ({ ...part, wire, ...(round !== undefined && { round }) }));
}

function toLostPart(from: string, { to, gone: _, ...part }: Gather, reason: string): Part {
  return { id: `${part.batch}!${part.index}`, from, to, body: reason, part: { ...part, isError: true } };
}
