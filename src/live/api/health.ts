import type { Live } from '../live.ts';

/** Live images as `/health` tells of them: cameras of folders, how many are away or silent, and images at hand. */
export function healthOfLive(live: Pick<Live, 'cameras'>) {
  const cameras = live.cameras().filter(({ origin }) => origin !== 'station');
  const offline = cameras.filter(({ offlineReason }) => offlineReason !== null).map(({ key }) => key);
  const silent = cameras.filter(({ silentSinceAt }) => silentSinceAt !== null).map(({ key }) => key);
  return {
    ok: offline.length === 0,
    required: false,
    detail: { cameras: cameras.length, offline, silent, is_file_watcher: true },
  };
}
