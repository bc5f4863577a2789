import { expect, test } from 'vitest';
import { escapeXml, toSvgArrow, toSvgDocument, toSvgLines } from '../../../src/monitor/chart/svg-parts.ts';

test('what means something in XML is escaped, what it cannot hold replaced', () => {
  expect(escapeXml(`<a b="c">&'`)).toBe('&#60;a b=&#34;c&#34;&#62;&#38;&#39;');
  expect(escapeXml('a\u0000b\u001bc\ud800d\ufffe')).toBe('a\ufffdb\ufffdc\ufffdd\ufffd');
  expect(escapeXml('tab\tand 😀')).toBe('tab\tand 😀');
});

test('an arrow has rounded corners and a tip', () => {
  const points = [
    { x: 0, y: 0 },
    { x: 100, y: 0 },
    { x: 100, y: 4 },
    { x: 150, y: 4 },
  ];
  const arrow = toSvgArrow(points);
  expect(arrow).toContain('d="M0 0 L93 0 Q100 0 100 2 L100 2 Q100 4 107 4 L150 4"');
  expect(arrow).toContain('marker-end="url(#troupe-tip)"');
  expect(toSvgArrow(points, 'dashed')).toContain('class="arrow dashed"');
});

test('lines stand below each other', () => {
  const text = toSvgLines(
    [
      { text: 'A & B', kind: 'title' },
      { text: 'words', kind: 'words' },
    ],
    10,
    20,
    'middle',
  );
  const baselines = [...text.matchAll(/ y="([\d.]+)"/g)].map(([, y]) => Number(y));
  expect(text).toContain('<text class="title" x="10"');
  expect(text).toContain('text-anchor="middle">A &#38; B</text>');
  expect(baselines[0]).toBeGreaterThan(20);
  expect(baselines[1]! - baselines[0]!).toBeGreaterThan(12);
});

test('a document needs nothing from outside, has a title, and follows light and dark', () => {
  const text = toSvgDocument({ title: 'a <title>', width: 100.2, height: 50, body: ['<circle r="3"/>'] });
  expect(text).toMatch(
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" class="troupe-chart" role="img" width="103" height="82"/,
  );
  expect(text).toContain('<title>a &#60;title&#62;</title>');
  expect(text).toContain('prefers-color-scheme: dark');
  expect(text).not.toMatch(/<script|@import|url\((?!#)|href/);
  expect(text.endsWith('<circle r="3"/>\n</svg>\n')).toBe(true);
});
