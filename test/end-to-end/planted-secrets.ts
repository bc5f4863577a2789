/** Values that must not be found anywhere afterwards, and where to look for them. */

/** 10 that are secrets by their names, 10 such in the scenario's `.env`, 30 that the scenario names as `${NAME}`. */
export function plantSecrets(): {
  readonly environment: Record<string, string>;
  readonly dotenv: Record<string, string>;
} {
  const ends = ['KEY', 'TOKEN', 'SECRET', 'PASSWORD', 'CREDENTIALS'];
  const named = (place: string) =>
    Object.fromEntries(
      Array.from({ length: 10 }, (_, n) => [`${place}_${n}_${ends[n % 5]}`, toValue(`${place}${n}`, n)]),
    );
  const filled = Array.from({ length: 30 }, (_, n) => [`FILLED_${n}`, toValue(`filled${n}`, n)] as const);
  return {
    environment: { ...named('NAMED'), ...Object.fromEntries(filled.slice(0, 25)) },
    dotenv: { ...named('DOTENV'), ...Object.fromEntries(filled.slice(25)) },
  };
}

/** Such as a header may have, with what is written otherwise in JSON and in addresses. */
function toValue(name: string, n: number): string {
  const odd = ['', '"quoted"', 'back\\slash', '/+=&%', '%7B"a"%7D\\'][n % 5];
  return `planted-${name}-${odd}-${(7_919 * (n + 1)).toString(36)}end`;
}

/** All ways to write a value that are looked for. */
function toForms(value: string): string[] {
  const forms = [value, encodeURIComponent(value), new URLSearchParams({ v: value }).toString().slice(2)];
  let escaped = value;
  for (let depth = 0; depth < 4; depth++) {
    escaped = JSON.stringify(escaped).slice(1, -1);
    forms.push(escaped);
  }
  return [...new Set([...forms, forms[1]?.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()) ?? ''])];
}

/** Of which a secret that was cut still has the beginning. */
const BEGINNING = 'planted-';

/** @returns Where a secret was found, or the beginning of one, with what is around it. */
export function findLeaks(
  secrets: Readonly<Record<string, string>>,
  places: Readonly<Record<string, string | Buffer>>,
): string[] {
  const leaks: string[] = [];
  for (const [place, content] of Object.entries(places)) {
    const bytes = Buffer.from(content as string);
    for (const [name, value] of Object.entries({ ...secrets, 'the beginning of one': BEGINNING })) {
      const form = toForms(value).find((one) => bytes.includes(one));
      if (form === undefined) continue;
      const at = bytes.indexOf(form);
      leaks.push(`${place}: ${name}: …${bytes.toString('latin1', Math.max(0, at - 300), at + form.length + 20)}`);
    }
  }
  return leaks;
}
