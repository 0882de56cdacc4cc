import type { DemoState } from '../demo/demo.ts';
import type { DemoView } from '../demo/views.ts';

const states: readonly DemoState[] = ['absent', 'preparing', 'running', 'stopped', 'failed', 'removing'];

const inState = (state: DemoState, overlaps: string | null = null): DemoView => ({
  state,
  mayStart: overlaps === null && ['absent', 'stopped', 'failed'].includes(state),
  dir: `/state/<b onclick="x">d&4'`,
  overlaps,
  drawing: state === 'preparing' ? { done: 34, total: 180 } : null,
  images: state === 'running' ? 26_000 : null,
  removedImages: state === 'removing' ? 1 : 0,
  keepsFiles: state === 'stopped',
});

/** What the panel of the demo plant is printed with. */
export const demoSamples: Readonly<Record<string, readonly object[]>> = {
  'shared/_demo': [{}],
  'shared/_drawing': [{ view: { done: 34, total: 180 } }, { view: { done: 0, total: 0 } }],
  'demo/_status': [...states.map((state) => inState(state)), inState('stopped', '/data/<i>')].map((view) => ({
    view,
  })),
};
