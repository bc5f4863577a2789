import { FONT_PX, LINE_HEIGHT, lineHeight, type TextLine } from '../../chart/text-lines.ts';

interface ChartTextProps {
  readonly lines: readonly TextLine[];
  /** The middle. */
  readonly x: number;
  /** Where the first line begins. */
  readonly top: number;
}

/** Lines one below the other. */
export function ChartText({ lines, x, top }: ChartTextProps) {
  let y = top;
  return (
    <>
      {lines.map(({ text, kind }, index) => {
        const baseline = y + FONT_PX[kind] * ((LINE_HEIGHT - 1) / 2 + 0.8);
        y += lineHeight(kind);
        return (
          <text key={`${index} ${text}`} class={`line-${kind}`} x={x} y={baseline} text-anchor="middle">
            {text}
          </text>
        );
      })}
    </>
  );
}
