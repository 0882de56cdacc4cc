import type { OfflineReason } from '../../kernel/folder-scan/model/root-status.ts';
import { secondMs } from '../../kernel/time/durations.ts';
import { type LiveCamera, type LiveChannel, type LiveImage, mainCamera } from '../model.ts';
import { channelKeyOf } from '../recording/channels.ts';
import type { NamedFolder } from '../watching/find-folders.ts';
import type { CurrentImages } from './current-images.ts';
import type { CameraInterval } from './silences.ts';

/** How old a picture may be, from LIVE_STALE_SEC. `byCamera` is in ms by name. */
export type StaleLimits = { everyMs: number; byCamera: ReadonlyMap<string, number> };

/** A picture is current for this many of its camera's usual intervals: one late image is no event. */
const currentIntervals = 3;
const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** `30,line2=120` of LIVE_STALE_SEC. */
export function parseStaleLimits(entries: readonly string[], defaultSec = 30): StaleLimits {
  const all = entries.find((entry) => !entry.includes('='));
  const single = entries
    .filter((entry) => entry.includes('='))
    .map((entry): [string, number] => {
      const at = entry.lastIndexOf('=');
      return [entry.slice(0, at).trim(), Number(entry.slice(at + 1)) * secondMs];
    });
  return { everyMs: (all === undefined ? defaultSec : Number(all)) * secondMs, byCamera: new Map(single) };
}

export type CameraParts = {
  channels: readonly LiveChannel[];
  named: readonly NamedFolder[];
  stations: ReadonlyMap<string, LiveImage>;
  /** Usual interval of a station, ms; null while unknown. */
  usualIntervalOf(station: string): number | null;
  /** Since when a station is silent; null while it is not. */
  stationSilentSinceAt(station: string): number | null;
  current: Pick<CurrentImages, 'latest'>;
  stale: StaleLimits;
  offlineReasonOf(channelId: number): OfflineReason | null;
  intervalOf(camera: string): CameraInterval;
};

/** All cameras: the two folders of contract S5 first, then by name, stations last. */
export function listCameras(parts: CameraParts): LiveCamera[] {
  const keys = [...new Set(parts.channels.map(({ camera }) => camera))];
  const cameras = keys.map((key) => folderCamera(parts, key));
  cameras.sort(
    (a, b) => Number(b.key === mainCamera) - Number(a.key === mainCamera) || byName.compare(a.name, b.name),
  );
  const stations = [...parts.stations]
    .sort(([a], [b]) => byName.compare(a, b))
    .map(([name, image]) => stationCamera(parts, name, image));
  return [...cameras, ...stations];
}

function folderCamera(parts: CameraParts, key: string): LiveCamera {
  const channels = parts.channels.filter(({ camera }) => camera === key);
  const named = parts.named.find(({ name }) => channelKeyOf(name) === key);
  const { usualIntervalMs, silentSinceAt } = parts.intervalOf(key);
  const own = channels.find(({ staleAfterSec }) => staleAfterSec !== null)?.staleAfterSec ?? null;
  const camera: LiveCamera = {
    key,
    name: key === mainCamera ? '' : (named?.name ?? key),
    origin: key === mainCamera ? 'base' : named ? 'setting' : 'folder',
    channels: {},
    newest: {},
    staleAfterMs: staleAfterMs(parts.stale, key, usualIntervalMs, own),
    usualIntervalMs,
    silentSinceAt,
    offlineReason: null,
  };
  for (const { id, key: channel, role } of channels) {
    // Of several folders with the same role the oldest is shown.
    if (camera.channels[role]) continue;
    camera.channels[role] = channel;
    const newest = parts.current.latest(channel);
    if (newest) camera.newest[role] = newest;
    camera.offlineReason ??= parts.offlineReasonOf(id);
  }
  return camera;
}

/** The limit set for this camera; else the limit for all, extended for a camera that sends less often. */
function staleAfterMs(
  { everyMs, byCamera }: StaleLimits,
  name: string,
  usualIntervalMs: number | null,
  ownSec: number | null = null,
): number {
  if (ownSec !== null) return ownSec * secondMs;
  return byCamera.get(name) ?? Math.max(everyMs, Math.round(currentIntervals * (usualIntervalMs ?? 0)));
}

function stationCamera(parts: CameraParts, name: string, image: LiveImage): LiveCamera {
  const usualIntervalMs = parts.usualIntervalOf(name);
  return {
    key: image.camera,
    name,
    origin: 'station',
    channels: { original: image.channel },
    newest: { original: image },
    staleAfterMs: staleAfterMs(parts.stale, name, usualIntervalMs),
    usualIntervalMs,
    silentSinceAt: parts.stationSilentSinceAt(name),
    offlineReason: null,
  };
}
