/** The messages about live images on the WebSocket of contract S5, and with `detail=1` those for our own pages. */
import type { LiveCamera, LiveImage } from '../model.ts';
import { liveImageSrc } from '../model.ts';
import { seenAt } from '../newest/picture-state.ts';
import type { Subscription } from './subscription.ts';
import { toWireImage } from './wire.ts';

/** Recent coils in the first message, all channels together: keeps it far below the size at which a slow viewer is cut off. */
const maxCoilEntries = 1_000;

/** The newest images, from memory. */
export type CurrentReader = {
  latest(channel: string, coil?: string): LiveImage | undefined;
  list(): {
    channel: string;
    newest: LiveImage | undefined;
    coils: { coil: string; newest: LiveImage }[];
  }[];
};

/** One image for our own pages: its caption, and the addresses of its pixels, `<base><width>.webp` and `original`. */
function detailOf(image: LiveImage): object {
  const original = liveImageSrc(image, 'original');
  return {
    type: image.channel,
    id: image.id,
    revision: image.revision,
    captured_at: image.capturedAt,
    seen_at: seenAt(image),
    clock_ahead_ms: image.clockAheadMs || undefined,
    coil_number: image.coil ?? undefined,
    part: image.part ?? undefined,
    verdict: image.verdict ?? undefined,
    filename: image.name,
    size: image.sizeBytes,
    base: original.replace(/original$/, image.kind === 'live' ? '' : 'w'),
    original,
  };
}

/** The first message: the newest image of every channel, and for clients of S5 also of each recent coil, `<channel>_<coil>`. */
export function currentImages(current: CurrentReader, wanted: Subscription, now: number): string {
  return message('current_images', currentData(current, wanted), now);
}

/** The newest images that a subscription asks for, by key. */
export function currentData(current: CurrentReader, wanted: Subscription): Record<string, object> {
  const data: Record<string, object> = {};
  const write = wanted.isDetailed ? detailOf : toWireImage;
  if (wanted.channels !== null) {
    for (const channel of wanted.channels) {
      const image = current.latest(channel, wanted.coil ?? undefined);
      if (image) data[channel] = write(image);
    }
    return data;
  }
  const channels = current.list();
  const coilsEach = Math.floor(maxCoilEntries / Math.max(1, channels.length));
  for (const { channel, newest, coils } of channels) {
    if (newest) data[channel] = write(newest);
    for (const { coil, newest: image } of coils.slice(0, coilsEach))
      data[`${channel}_${coil}`] = write(image);
  }
  return data;
}

/** Another newest image of a channel; undefined when its last image was removed. */
export function imageUpdate(
  channel: string,
  image: LiveImage | undefined,
  isDetailed: boolean,
  now: number,
): string {
  if (image === undefined) return message('image_update', { type: channel, deleted: true }, now);
  return message('image_update', isDetailed ? detailOf(image) : toWireImage(image), now);
}

/** The state of a camera, without its pictures. */
export function cameraState(camera: LiveCamera): object {
  return {
    key: camera.key,
    channels: Object.values(camera.channels),
    stale_after_ms: camera.staleAfterMs,
    usual_interval_ms: camera.usualIntervalMs,
    silent_since: camera.silentSinceAt,
    offline: camera.offlineReason,
  };
}

/** A heartbeat as a message, for scripts, from which browsers hide the real one. */
export function pingMessage(now: number): string {
  return JSON.stringify({ type: 'ping', timestamp: now });
}

/** The answer to an invalid message of a client. */
export function errorMessage(text: string, now: number): string {
  return JSON.stringify({ type: 'error', message: text, timestamp: now });
}

/** `{"type","data","timestamp"}`, the envelope of contract S5, with further fields in `more`. */
export function message(type: string, data: object, now: number, more: object = {}): string {
  return JSON.stringify({ type, data, timestamp: now, ...more });
}
