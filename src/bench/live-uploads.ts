import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { percentile } from '../statistics/percentile.ts';
import type { Bench } from './bench.ts';
import { drawNoise } from './images.ts';
import { openViewers } from './live-viewers.ts';
import type { Product } from './product.ts';
import { compare, limit, type Row } from './row.ts';

const pairs = 18;
const atOnce = 2;
const boundary = 'bench-live-pair';

/** Pairs of two pictures of 5 MB each, sent as contract S5 has it. */
export async function measureUploads(bench: Bench, product: Product): Promise<Row[]> {
  const picture = await drawNoise();
  const size = `2 × ${(picture.length / 1e6).toFixed(1)} MB`;
  bench.say(`Uploading ${pairs} pairs of ${size} …`);
  const viewers = await openViewers(bench.workspace, { origin: product.origin, viewers: 1, variant: null });
  const alone: number[] = [];
  const sent: { capturedAt: number; at: number }[] = [];
  const send = async (coil: number) => {
    const at = performance.timeOrigin + performance.now();
    const { status, body, ms } = await product.client.ask('/upload/pair', {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: formOf(picture, coil),
    });
    if (status !== 200) throw new Error(`An upload was answered ${status} ${body}`);
    const { data } = JSON.parse(body.toString()) as { data: { timestamp: number } };
    sent.push({ capturedAt: data.timestamp, at });
    return ms;
  };
  for (let i = 0; i < pairs / 3; i++) alone.push(await send(i));
  const { announced } = await viewers.report();
  const delaysMs = sent.map(({ capturedAt, at }) => {
    const seen = announced.find(([captured]) => captured === capturedAt);
    return seen ? seen[1] - at : Number.POSITIVE_INFINITY;
  });
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async (_, lane) => {
      for (let i = lane; i < pairs; i += atOnce) await send(100 + i);
    }),
  );
  const rate = (pairs * 1000) / (performance.now() - startedAt);
  await viewers.close();
  const raw = writeRaw(bench.workspace.folder('raw'), picture);
  return [
    limit(
      `upload of a pair of ${size}: first byte sent → announced on a socket, p50`,
      { value: percentile(delaysMs, 0.5), unit: 'ms' },
      { atMost: 250 },
    ),
    limit('the same → answered, p50', { value: percentile(alone, 0.5), unit: 'ms' }, { atMost: 250 }),
    compare(
      `uploads of pairs of ${size}, ${atOnce} at once`,
      { value: rate, unit: '/s' },
      { value: raw, unit: '/s', what: 'writing and flushing the same files' },
      { atLeast: 0.5 },
    ),
  ];
}

function formOf(picture: Buffer, coil: number): Buffer {
  const head = (name: string, more = '') =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  const file = (name: string) => [
    Buffer.from(head(name, '; filename="a.jpg"')),
    picture,
    Buffer.from('\r\n'),
  ];
  return Buffer.concat([
    Buffer.from(`${head('coil_number')}${coil}\r\n`),
    ...file('original_image'),
    ...file('labeled_image'),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}

/** The same bytes as files, flushed and renamed, with nothing around it; pairs a second. */
function writeRaw(folder: string, picture: Buffer): number {
  const startedAt = performance.now();
  for (let i = 0; i < pairs * 2; i++) {
    const file = openSync(join(folder, 'part'), 'w');
    writeSync(file, picture);
    fsyncSync(file);
    closeSync(file);
    renameSync(join(folder, 'part'), join(folder, `${i}.jpg`));
  }
  return (pairs * 1000) / (performance.now() - startedAt);
}
