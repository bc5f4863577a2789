/** Agents with so many messages. */
export interface MailboxRange {
  /** Such as `4 to 7`. */
  readonly range: string;
  readonly agents: number;
}

/** A histogram of 0, 1, 2 to 3, 4 to 7, ... messages, named. */
export function toMailboxRanges(histogram: readonly number[]): MailboxRange[] {
  return histogram.map((agents, bucket) => {
    const [least, most] = bucket === 0 ? [0, 0] : [2 ** (bucket - 1), 2 ** bucket - 1];
    return { range: least === most ? String(least) : `${least} to ${most}`, agents };
  });
}
