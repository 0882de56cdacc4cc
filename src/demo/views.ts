/**
 * Data of the demo plant's panel.
 *
 * Templates and their data:
 *   demo/_status  DemoView  (GET /demo/status, container #demo-status)
 */
import type { Demo, DemoProgress, DemoState } from './demo.ts';

export type DemoView = {
  state: DemoState;
  /** It may be started here, or go on. */
  mayStart: boolean;
  dir: string;
  /** The folder of the real plant that its folder overlaps: it can neither be started nor removed. */
  overlaps: string | null;
  /** Pictures drawn so far while it is being prepared. */
  drawing: DemoProgress | null;
  /** Images of it on the disk; null while nothing runs. */
  images: number | null;
  /** Images that its removal has taken out so far. */
  removedImages: number;
  /** Its image files stay when it is removed. */
  keepsFiles: boolean;
};

export function demoView(demo: Demo): DemoView {
  const { state, isAllowed, dir, overlaps, drawing, images, removedImages, keepsFiles } = demo;
  const mayStart = isAllowed && (state === 'absent' || state === 'stopped' || state === 'failed');
  return { state, mayStart, dir, overlaps, drawing, images, removedImages, keepsFiles };
}
