import { Hono } from 'hono';
import { z } from 'zod';
import type { DatabaseCopy, ScheduledBackups } from '../kernel/db/sqlite/scheduled-backups.ts';
import { documented } from '../kernel/http/api-doc.ts';
import { redirectBack } from '../kernel/http/back.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import { isLetIn, may, noteChange } from '../kernel/http/guards/may.ts';
import type { Renderer } from '../kernel/http/render.ts';

/** How long the answer to "back up now" waits for it; a larger database is finished behind the page. */
const waitMs = 3_000;

export type BackupDeps = {
  renderer: Renderer;
  backups: ScheduledBackups;
  /** The database file; undefined where a database server has the data, which is backed up by its own means. */
  dbPath: string | undefined;
};

/** Data of the template `system/backups`. */
export type BackupsPage = {
  dbPath: string | null;
  dir: string;
  intervalMs: number;
  keep: number;
  copies: readonly DatabaseCopy[];
  /** When the next automatic backup is due; null without automatic backups. */
  nextAt: number | null;
  fault: string | null;
  isRunning: boolean;
  mayMake: boolean;
};

const makeDoc = documented({
  tag: 'Forms of the pages',
  summary: 'Back up the database now',
  answer: '',
  status: 303,
  form: z.object({ back: z.string().optional() }),
  refusals: ['unauthorized', 'forbidden'],
  example: { path: '/system/backups', form: { back: '/system/backups' } },
});

/** The Backups page: what there is, whether it is whole, how it is restored, and the button that makes one now. */
export function backupRoutes({ renderer, backups, dbPath }: BackupDeps): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get('/system/backups', may('look'), async (c) => {
      const view = backupsPage(backups, dbPath, await isLetIn(c, 'administer'));
      return renderer.render(c, 'system/backups', { view });
    })
    .post('/system/backups', may('administer', 'backup.make'), makeDoc, async (c) => {
      if (dbPath !== undefined) {
        const made = backups.makeNow();
        await Promise.race([made, new Promise((resolve) => setTimeout(resolve, waitMs).unref())]);
      }
      noteChange(c, { target: backups.stats().dir });
      return redirectBack(c, '/system/backups');
    });
}

function backupsPage(backups: ScheduledBackups, dbPath: string | undefined, mayMake: boolean): BackupsPage {
  const { dir, fault } = backups.stats();
  const { intervalMs, keep, nextAt, isRunning } = backups;
  return {
    dbPath: dbPath ?? null,
    dir,
    intervalMs,
    keep,
    copies: dbPath === undefined ? [] : backups.list(),
    nextAt,
    fault,
    isRunning,
    mayMake,
  };
}
