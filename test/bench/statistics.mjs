/**
 * @param {readonly number[]} values At least one.
 * @returns {number} The middle value, or the mean of the two in the middle.
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError('Cannot take the median: there are no values');
  return (upper + lower) / 2;
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows Each as long as `head`.
 * @returns {string} A Markdown table whose first column is text and the others numbers.
 */
export function toTable(head, rows) {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
