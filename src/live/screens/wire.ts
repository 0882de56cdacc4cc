import type { LiveImage } from '../model.ts';

/** An image as contract S5 has it on its socket and in its answers. */
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

/** The picture that stands in until there is a first image; it says so itself. */
export const mockImage = { filename: 'demo.svg', url: '/image/mock/demo.svg' };

/** An image of a folder, or of a station, as S5 tells it. `size` is 0 while an old file was not looked at yet. */
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

/** What S5 answers while there is no image: a picture clearly labelled DEMO. */
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
