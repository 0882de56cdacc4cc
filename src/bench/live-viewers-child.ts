/**
 * Viewers of live images in a process of their own: each takes the socket and fetches every picture as the page does,
 * one at a time, of those that come meanwhile only the newest.
 */
import { Agent, get } from 'node:http';
import { setPriority } from 'node:os';
import { WebSocket } from 'ws';

export type ViewersOrder =
  | { type: 'open'; origin: string; viewers: number; variant: string | null }
  | { type: 'report' };
/** When (epoch ms) each picture, identified by its time of capture, was announced to a viewer and was there to its last byte. */
export type ViewersReport =
  | { type: 'opened' }
  | {
      type: 'seen';
      announced: [capturedAt: number, at: number][];
      fetched: [number, number][];
      bytes: number;
    };

type ImageMessage = { base: string; captured_at: number };

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
const announced: [number, number][] = [];
const fetched: [number, number][] = [];
let bytes = 0;

function now(): number {
  return performance.timeOrigin + performance.now();
}

function openViewer(origin: string, variant: string | null): Promise<void> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws/images?channels=original&detail=1&ping=1`);
  let isLoading = false;
  let waiting: ImageMessage | undefined;

  function load(image: ImageMessage): void {
    if (variant === null) return;
    isLoading = true;
    get(origin + image.base + variant, { agent }, (answer) => {
      answer.on('data', (piece: Buffer) => {
        bytes += piece.length;
      });
      answer.on('end', () => {
        if (answer.statusCode === 200) fetched.push([image.captured_at, now()]);
        isLoading = false;
        const next = waiting;
        waiting = undefined;
        if (next) load(next);
      });
    }).on('error', () => {
      isLoading = false;
    });
  }

  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (message) => {
      const { type, data } = JSON.parse(String(message)) as { type: string; data: ImageMessage };
      if (type === 'current_images') resolve();
      if (type !== 'image_update' || !data.captured_at) return;
      announced.push([data.captured_at, now()]);
      if (isLoading) waiting = data;
      else load(data);
    });
  });
}

function sendToParent(report: ViewersReport): void {
  process.send?.(report);
}

process.on('message', async (order: ViewersOrder) => {
  if (order.type === 'report') return sendToParent({ type: 'seen', announced, fetched, bytes });
  const { origin, viewers, variant } = order;
  await Promise.all(Array.from({ length: viewers }, () => openViewer(origin, variant)));
  sendToParent({ type: 'opened' });
});
// They stand for other machines: what they do with a picture must take nothing from this one's processors.
setPriority(10);
process.on('disconnect', () => process.exit(0));
