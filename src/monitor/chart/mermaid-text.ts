/** A text as Mermaid may have it in a label: everything that means something to its parsers as an entity. */
export function toMermaidText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[#&<>"`:;{}|\\%]/g, (char) => `#${char.charCodeAt(0)};`);
}
