import { describe, expect, test } from 'vitest';
import { splitSections } from '../../../src/tools/search/split-sections.ts';

const markdown = (text: string) => splitSections(text, 'disk-full', true);

describe('splitSections', () => {
  test('splits at headings, each with the headings above it', () =>
    expect(markdown('# Disk full\nIntro.\n\n## Causes\nLogs.\n### Rotation\nOff.\n## Remedy ##\nDelete.')).toEqual([
      { title: 'Disk full', text: 'Intro.' },
      { title: 'Disk full > Causes', text: 'Logs.' },
      { title: 'Disk full > Causes > Rotation', text: 'Off.' },
      { title: 'Disk full > Remedy', text: 'Delete.' },
    ]));

  test('a file without a first heading is called by its name', () =>
    expect(markdown('Intro.\n## Causes\nLogs.')).toEqual([
      { title: 'disk-full', text: 'Intro.' },
      { title: 'disk-full > Causes', text: 'Logs.' },
    ]));

  test('a second first heading begins a new chain', () =>
    expect(markdown('# A\n## X\na\n# B\nb').map((section) => section.title)).toEqual(['A > X', 'B']));

  test('a skipped level leaves no gap', () => expect(markdown('# A\n### C\nc')[0]?.title).toBe('A > C'));

  test('a comment in code is no heading', () => {
    const text = '# A\n```sh\n# not a heading\n~~~\n# neither\n```\n## B\nb\n~~~~\n# no\n~~~\n# no\n~~~~\nend';
    expect(markdown(text).map((section) => section.title)).toEqual(['A', 'A > B']);
    expect(markdown(text)[0]?.text).toContain('# not a heading');
    expect(markdown(text)[1]?.text).toMatch(/end$/);
  });

  test('a tag is no heading', () =>
    expect(markdown('#tag\ntext')).toEqual([{ title: 'disk-full', text: '#tag\ntext' }]));

  test('front matter is left out', () => {
    expect(markdown('---\ntitle: x\n---\n# A\ntext')).toEqual([{ title: 'A', text: 'text' }]);
    expect(markdown('---\nno end')).toEqual([{ title: 'disk-full', text: '---\nno end' }]);
  });

  test('a file of headings alone is still there', () =>
    expect(markdown('# A\n## B')).toEqual([{ title: 'A > B', text: '' }]));

  test('an empty file too', () => expect(markdown('')).toEqual([{ title: 'disk-full', text: '' }]));

  test('in plain text a # is only a sign', () =>
    expect(splitSections('# a\n## b', 'notes', false)).toEqual([{ title: 'notes', text: '# a\n## b' }]));

  test('reads line ends of Windows', () =>
    expect(markdown('# A\r\ntext\r\n## B\r\nb')).toEqual([
      { title: 'A', text: 'text' },
      { title: 'A > B', text: 'b' },
    ]));

  test('splits long sections at paragraphs and loses nothing', () => {
    const paragraph = `${'word '.repeat(199)}end.`;
    const text = Array.from({ length: 20 }, () => paragraph).join('\n\n');
    const sections = markdown(text);
    expect(sections.length).toBeGreaterThan(4);
    for (const section of sections) {
      expect(section.text.length).toBeLessThanOrEqual(4_000);
      expect(section.text).toMatch(/^word .*end\.$/s);
    }
    expect(sections.map((section) => section.text).join('\n\n')).toBe(text);
  });

  test('splits a text without any space', () =>
    expect(markdown('x'.repeat(9_000)).map((section) => section.text.length)).toEqual([4_000, 4_000, 1_000]));

  test.each([
    `# ${'#'.repeat(500_000)}x`,
    `# ${' '.repeat(500_000)}x`,
    `# ${'# '.repeat(250_000)}`,
    '```'.repeat(200_000),
  ])('is not kept busy by a long line', (line) => {
    const started = performance.now();
    expect(markdown(`${line}\ntext`)[0]?.title.length).toBeLessThanOrEqual(300);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
