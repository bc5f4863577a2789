/** A try of a call, as it was when it was sent. */
export interface Sent {
  /** Its number among all tries of the gate, 1-based. */
  readonly attempt: number;
  /** Milliseconds on the run's clock. */
  readonly sentAt: number;
  /** Calls in flight then, itself included. */
  readonly inFlight: number;
  /** Tokens that were reserved for it, and for all tries until then, itself included. */
  readonly reserved: number;
  readonly tokensSent: number;
}
