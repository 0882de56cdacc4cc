import type { LiveImage } from '../model.ts';

/** An image as contract S5 sends it on its socket and in its answers. */
export type WireImage = {
  filename: string;
  url: string;
  /** Epoch ms of the capture. */
  timestamp: number;
  /** Key of the channel, or `mock`. */
  type: string;
  coil_number: string | null;
  size: number;
  /** ISO 8601, UTC. */
  created_at: string;
};

/** The placeholder until there is a first image; the picture is labelled DEMO. */
export const mockImage = { filename: 'demo.svg', url: '/image/mock/demo.svg' };

/** An image of a folder or station in the format of S5. `size` is 0 for an old file that was taken by its name alone. */
export function toWireImage(image: LiveImage): WireImage {
  const { kind, id, revision, channel, name, capturedAt, coil, sizeBytes, modifiedAt } = image;
  const url =
    kind === 'live'
      ? `/image/${encodeURIComponent(channel)}/${encodeURIComponent(name)}`
      : `/images/${id}/${revision}/original`;
  return {
    filename: name,
    url,
    timestamp: capturedAt,
    type: channel,
    coil_number: coil,
    size: sizeBytes ?? 0,
    created_at: new Date(modifiedAt ?? capturedAt).toISOString(),
  };
}

/** The answer of S5 while there is no image: a picture clearly labelled DEMO. */
export function mockWireImage(now: number): WireImage {
  return {
    ...mockImage,
    timestamp: now,
    type: 'mock',
    coil_number: null,
    size: 0,
    created_at: new Date(now).toISOString(),
  };
}
