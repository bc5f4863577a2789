/** What makes a part of a drawing a button, with keys too. @param isPressed Of one that can be on and off. */
export function toPress(label: string, press: () => void, isPressed?: boolean) {
  return {
    role: 'button',
    // In an SVG the name has to be written like this.
    tabindex: 0,
    'aria-label': label,
    ...(isPressed !== undefined && { 'aria-pressed': isPressed }),
    onClick: press,
    onKeyDown: (event: KeyboardEvent): void => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      press();
    },
  } as const;
}
