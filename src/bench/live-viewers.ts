import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ViewersOrder, ViewersReport } from './live-viewers-child.ts';
import type { Workspace } from './workspace.ts';

const childFile = fileURLToPath(new URL('./live-viewers-child.ts', import.meta.url));

export type Seen = Extract<ViewersReport, { type: 'seen' }>;

/** Viewers of live images other than the one that is watched. */
export type Viewers = { report(): Promise<Seen>; close(): Promise<void> };

/** Opens so many viewers that fetch this variant of each picture (none where it is null); answers once all are let in. */
export async function openViewers(
  workspace: Workspace,
  wanted: { origin: string; viewers: number; variant: string | null },
): Promise<Viewers> {
  const child = workspace.track(fork(childFile, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
  const exited = once(child, 'exit');
  const ask = async (order: ViewersOrder): Promise<ViewersReport> => {
    child.send(order);
    const [report] = (await Promise.race([
      once(child, 'message'),
      exited.then(() => Promise.reject(new Error('The viewers went away'))),
    ])) as [ViewersReport];
    return report;
  };
  await ask({ type: 'open', ...wanted });
  return {
    report: async () => {
      const report = await ask({ type: 'report' });
      if (report.type !== 'seen') throw new Error('The viewers answer another question');
      return report;
    },
    close: async () => {
      child.disconnect();
      await exited;
    },
  };
}
