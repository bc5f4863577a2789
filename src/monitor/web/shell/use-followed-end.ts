import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

const NEAR_PX = 40;

export interface FollowedEnd<T> {
  readonly frame: RefObject<T | null>;
  /** False as soon as somebody scrolls away from the end, until they come back to it or it is set. */
  readonly isFollowing: Signal<boolean>;
}

/**
 * Keeps the end of a scrolling element in sight as it grows.
 *
 * @param content Changes when there is something new.
 */
export function useFollowedEnd<T extends HTMLElement>(content: unknown): FollowedEnd<T> {
  const frame = useRef<T>(null);
  const isFollowing = useSignal(true);
  const shouldFollow = isFollowing.value;
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const listen = (): void => {
      isFollowing.value = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    };
    element.addEventListener('scroll', listen, { passive: true });
    return () => element.removeEventListener('scroll', listen);
  }, [isFollowing]);
  useLayoutEffect(() => {
    if (frame.current !== null && shouldFollow) frame.current.scrollTop = frame.current.scrollHeight;
  }, [content, shouldFollow]);
  return { frame, isFollowing };
}
