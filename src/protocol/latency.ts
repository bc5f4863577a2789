/** How long something takes: a constant, a uniform range, or a log-normal by median and 95th percentile. Types only. */
export type Latency =
  | { readonly kind: 'constant'; readonly ms: number }
  | { readonly kind: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: 'log-normal'; readonly medianMs: number; readonly p95Ms: number };
