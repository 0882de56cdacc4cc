import type { Live } from '../live.ts';

/** The part `live` of `/health`: the number of folder cameras, and the keys of those offline or silent. */
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
