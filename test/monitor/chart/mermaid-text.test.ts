import { expect, test } from 'vitest';
import { toMermaidText } from '../../../src/monitor/chart/mermaid-text.ts';

test.each([
  ['plain words, and [guards]', 'plain words, and [guards]'],
  ['a: b; "c" <d>', 'a#58; b#59; #34;c#34; #60;d#62;'],
  ['#59; & `x`', '#35;59#59; #38; #96;x#96;'],
  ['{a|b} %% c\\d', '#123;a#124;b#125; #37;#37; c#92;d'],
  [' two\n  lines ', 'two lines'],
])('%j becomes %j', (text, expected) => {
  expect(toMermaidText(text)).toBe(expected);
});
