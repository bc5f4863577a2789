const CLOSED_POLICY = ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];

/** What every answer bears. @param policy What its page may load. Default: nothing. */
export function toGuards(policy: readonly string[] = ["default-src 'none'"]): Record<string, string> {
  return {
    'content-security-policy': [...policy, ...CLOSED_POLICY].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
  };
}
