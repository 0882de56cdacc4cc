import type { DemoState } from '../demo/demo.ts';
import type { DemoView } from '../demo/views.ts';

const states: readonly DemoState[] = ['absent', 'preparing', 'running', 'stopped', 'failed', 'removing'];

const inState = (state: DemoState): DemoView => ({
  state,
  mayStart: ['absent', 'stopped', 'failed'].includes(state),
  dir: `/state/<b onclick="x">d&4'`,
  images: state === 'running' ? 26_000 : null,
  removedImages: state === 'removing' ? 1 : 0,
  keepsFiles: state === 'stopped',
});

/** What the panel of the demo plant is printed with. */
export const demoSamples: Readonly<Record<string, readonly object[]>> = {
  'demo/_status': states.map((state) => ({ view: inState(state) })),
};
