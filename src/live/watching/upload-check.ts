import { lstat, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../kernel/errors.ts';
import type { Bus } from '../../kernel/processes/bus/bus.ts';
import { type BaseFolder, liveRoles } from '../model.ts';

/** How long the watching process may take to look for a file. */
const answerWithinMs = 3_000;

export type UploadCheckOptions = {
  bus: Bus;
  siteId: number;
  processName: string;
  baseFolder: BaseFolder;
  /** Whether this process watches the live folders. */
  isWatcher(): boolean;
  /** Name of the process that watches; undefined while none is known. */
  watcher(): string | undefined;
};

/**
 * Returns a check that the process that watches the live folders sees a file written here: a folder of the same name on
 * another machine is another folder. One file that was seen proves the folder for as long as the same process watches.
 * Answers the same question of other processes while this one watches.
 *
 * The check throws AppError 'unavailable' when the file is not seen.
 */
export function createUploadCheck(options: UploadCheckOptions): (path: string) => Promise<void> {
  const { bus, siteId, processName, baseFolder } = options;
  const topic = `live-seen:${siteId}`;
  /** The watcher that has seen a file of ours. */
  let provenBy: string | undefined;

  bus.onRequest(topic, async (payload) => {
    if (!options.isWatcher()) return undefined;
    return { by: processName, isSeen: await isUploaded(baseFolder.dir, payload) };
  });

  async function ask(path: string): Promise<{ by: string; isSeen: boolean } | undefined> {
    const { size } = await lstat(path);
    const wanted = { role: basename(dirname(path)), name: basename(path), size };
    const answer = await bus.request(topic, wanted, answerWithinMs).catch(() => undefined);
    const { by, isSeen } = (answer ?? {}) as { by?: unknown; isSeen?: unknown };
    return typeof by === 'string' ? { by, isSeen: isSeen === true } : undefined;
  }

  return async (path) => {
    const watcher = options.watcher();
    if (options.isWatcher() || !bus.isShared || (watcher !== undefined && watcher === provenBy)) return;
    const answer = await ask(path);
    // While nothing watches, a configured folder is trusted to be the shared one.
    if (answer === undefined && !baseFolder.isOwn) return;
    if (!answer?.isSeen) throw notSeen(baseFolder, answer?.by);
    provenBy = answer.by;
  };
}

/** Whether a file of one of the two upload folders exists with this size. */
async function isUploaded(base: string, payload: unknown): Promise<boolean> {
  const { role, name, size } = (payload ?? {}) as { role?: unknown; name?: unknown; size?: unknown };
  const known = liveRoles.find((one) => one === role);
  if (!known || typeof name !== 'string' || name !== basename(name)) return false;
  const folder = join(base, known);
  // Opening the folder first makes a network share ask its server instead of answering from its cache.
  const handle = await open(folder).catch(() => undefined);
  await handle?.close();
  return lstat(join(folder, name)).then(
    (stats) => stats.isFile() && stats.size === size,
    () => false,
  );
}

function notSeen({ dir }: BaseFolder, by: string | undefined): AppError {
  const watcher =
    by === undefined
      ? 'No process answers that watches the live folders'
      : `${by} watches the live folders and does not see this file`;
  return new AppError(
    'unavailable',
    `${watcher}. Mount one folder of live images at ${dir} for all processes of the site and name it in IMAGE_BASE_PATH, or send uploads to the process that watches it.`,
  );
}
