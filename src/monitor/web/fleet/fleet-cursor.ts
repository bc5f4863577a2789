import { signal } from '@preact/signals';

/** Position of the agent at the keyboard's cursor. */
export const cursor = signal<number | undefined>(undefined);
