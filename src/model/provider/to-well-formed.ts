/**
 * Puts the replacement character in the place of each half of a surrogate pair, which is no character: databases and
 * providers refuse texts that hold one.
 */
export function toWellFormed(text: string): string {
  return (text as WellFormed).toWellFormed();
}

/** Node has them since version 20; the compiler's ES2023 does not know of them. */
type WellFormed = string & { toWellFormed(): string };
