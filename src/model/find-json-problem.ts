/** Values inside one call's arguments; a cycle would never end. */
const MAX_VALUES = 100_000;
/** Nesting of one call's arguments; whatever walks them later does so by recursion. */
const MAX_DEPTH = 64;
const FOREIGN = 'holds a value that JSON does not have';

/**
 * Whether a value can be kept as JSON and walked by anybody. A property that is there but undefined passes: JSON leaves
 * it out.
 *
 * @returns What is wrong, after "it": `holds a cycle, or is nested more than 64 deep`. Undefined: nothing.
 */
export function findJsonProblem(value: unknown): string | undefined {
  return walk(value, 0, { left: MAX_VALUES });
}

function walk(value: unknown, depth: number, budget: { left: number }): string | undefined {
  if (value === null || typeof value !== 'object') return isScalar(value) ? undefined : FOREIGN;
  if (depth === MAX_DEPTH) return `holds a cycle, or is nested more than ${MAX_DEPTH} deep`;
  const isList = Array.isArray(value);
  const prototype = isList ? Object.prototype : Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return FOREIGN;
  // Whoever copies it by assignment would get another prototype instead of a member.
  if (Object.hasOwn(value, '__proto__')) return 'holds a member called "__proto__"';
  for (const item of isList ? value : Object.values(value)) {
    if (item === undefined && !isList) continue;
    if (budget.left-- === 0) return `holds more than ${MAX_VALUES.toLocaleString('en')} values`;
    const problem = walk(item, depth + 1, budget);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isScalar(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return value === null || typeof value === 'string' || typeof value === 'boolean';
}
