/** What is said about live images over the WebSocket of contract S5 and, with `detail=1`, to our own pages. */
import type { LiveCamera, LiveImage } from '../model.ts';
import { liveImageSrc } from '../model.ts';
import { seenAt } from '../newest/picture-state.ts';
import type { Subscription } from './subscription.ts';
import { toWireImage } from './wire.ts';

/** Recent coils told at the beginning, all channels together: the message stays far below what a slow line is cut off for. */
const maxCoilEntries = 1_000;

/** The newest images as they are kept in memory. */
export type CurrentReader = {
  latest(channel: string, coil?: string): LiveImage | undefined;
  list(): {
    channel: string;
    newest: LiveImage | undefined;
    coils: { coil: string; newest: LiveImage }[];
  }[];
};

/** One image for our own pages: what stands beside it, and where its pixels are: `<base><width>.webp`, `original`. */
function detailOf(image: LiveImage): object {
  const original = liveImageSrc(image, 'original');
  return {
    type: image.channel,
    id: image.id,
    revision: image.revision,
    captured_at: image.capturedAt,
    seen_at: seenAt(image),
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

/** The newest images a subscription means, by key. */
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

/** A new newest image of a channel; without one, that there is none any more. */
export function imageUpdate(
  channel: string,
  image: LiveImage | undefined,
  isDetailed: boolean,
  now: number,
): string {
  if (image === undefined) return message('image_update', { type: channel, deleted: true }, now);
  return message('image_update', isDetailed ? detailOf(image) : toWireImage(image), now);
}

/** What a page must know of a camera besides its pictures. */
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

/** A sign of life for those whose browser hides the real one. */
export function pingMessage(now: number): string {
  return JSON.stringify({ type: 'ping', timestamp: now });
}

/** What was wrong with something a client said. */
export function errorMessage(text: string, now: number): string {
  return JSON.stringify({ type: 'error', message: text, timestamp: now });
}

/** `{"type","data","timestamp"}`, as S5 has it. */
export function message(type: string, data: object, now: number, more: object = {}): string {
  return JSON.stringify({ type, data, timestamp: now, ...more });
}
