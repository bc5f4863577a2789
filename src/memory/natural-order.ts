/**
 * Orders names as people count: `a/2` before `a/10`. Runs of ASCII digits compare as numbers, everything else by its
 * code units, so that the order is the same on every machine.
 *
 * @returns Negative, positive, or 0 only for the same name.
 */
export function compareNatural(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const endA = digitsEnd(a, i);
    const endB = digitsEnd(b, j);
    if (endA > i && endB > j) {
      const order = compareDigits(a.slice(i, endA), b.slice(j, endB));
      if (order !== 0) return order;
      i = endA;
      j = endB;
    } else {
      const order = a.charCodeAt(i++) - b.charCodeAt(j++);
      if (order !== 0) return order;
    }
  }
  // What is left over decides; `01` and `1` are equal as numbers, but not the same name.
  return a.length - i - (b.length - j) || compareText(a, b);
}

function digitsEnd(text: string, from: number): number {
  let end = from;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** As text, since a name may hold more digits than a number can. */
function compareDigits(a: string, b: string): number {
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  return left.length - right.length || compareText(left, right);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
