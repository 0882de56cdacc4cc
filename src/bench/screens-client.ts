import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ScreensOrder, ScreensReport } from './screens-child.ts';
import type { Workspace } from './workspace.ts';

const childFile = fileURLToPath(new URL('./screens-child.ts', import.meta.url));

/** Screens that follow a product's stream. */
export type Screens = {
  /** When the screens got a COUNT for the first time each, epoch ms, and how many streams the server ended. */
  report(): Promise<{ arrivals: Map<number, number[]>; ended: number }>;
  close(): void;
};

/** Opens this many screens of the Inspections page; answers once all of them have heard of the server. */
export async function openScreens(workspace: Workspace, origin: string, count: number): Promise<Screens> {
  const child = workspace.track(fork(childFile, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
  const ask = async (order: ScreensOrder): Promise<ScreensReport> => {
    child.send(order);
    const [report] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error('The screens went away'))),
    ])) as [ScreensReport];
    return report;
  };
  const topic = encodeURIComponent('/inspections/cards');
  await ask({ type: 'open', url: `${origin}/stream?topics=${topic}`, screens: count });
  return {
    report: async () => {
      const report = await ask({ type: 'report' });
      if (report.type !== 'arrivals') throw new Error('The screens answer another question');
      return { arrivals: new Map(report.arrivals), ended: report.ended };
    },
    close: () => child.disconnect(),
  };
}
