import { signal } from '@preact/signals';
import type { MonitorCommand } from '../../../protocol.ts';

export type OpenDialog =
  | { readonly kind: 'help' }
  /** Writes to all agents, or to a group. */
  | { readonly kind: 'send' }
  | {
      readonly kind: 'confirm';
      readonly title: string;
      readonly text: string;
      readonly action: string;
      readonly command: MonitorCommand;
      readonly done: string;
    };

export const dialog = signal<OpenDialog | undefined>(undefined);

export function closeDialog(): void {
  dialog.value = undefined;
}
