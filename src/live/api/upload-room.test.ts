import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';
import { createUploadRoom, maxUploadsAtOnce } from './upload-room.ts';

let plant: TestApp | undefined;
afterEach(() => plant?.close());

const gigabyte = 1_000_000_000;
const disk = (usedBytes: number) => ({ totalBytes: gigabyte, usedBytes, usedRate: usedBytes / gigabyte });
const createRoom = (usedBytes: number, highMark = 0.9) =>
  createUploadRoom({ pairBytes: 100_000_000, highMark, readDisks: async () => [disk(usedBytes)] });

test('a disk without room for all pairs under way, or above the high mark, accepts no further one', async () => {
  await createRoom(850_000_000).assertRoom([tmpdir()]);
  await expect(createRoom(910_000_000, 0).assertRoom([tmpdir()])).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('no room for the pair'),
    details: { retryAfterSec: expect.any(Number) },
  });
  await expect(createRoom(860_000_000, 0.85).assertRoom([tmpdir()])).rejects.toMatchObject({
    message: expect.stringContaining('86 %, above the 85 % of DISK_HIGH_PERCENT'),
  });
  const room = createRoom(750_000_000);
  const three = Promise.allSettled(
    [1, 2, 3].map(() =>
      room.enter(async () => {
        await sleep(20);
        await room.assertRoom([tmpdir()]);
        await sleep(200);
      }),
    ),
  );
  expect((await three).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  await room.enter(() => room.assertRoom([tmpdir()]));
});

test('a ninth upload at a time is asked to retry, and accepted once another is over', async () => {
  plant = await createTestApp({ env: { DEMO: '0' } });
  const app = plant;
  const senders: ReadableStreamDefaultController<Uint8Array>[] = [];
  let begun = 0;
  const send = () => {
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) => void senders.push(controller);
    // Produces nothing before it is read.
    const pull = () => void begun++;
    const body = new ReadableStream<Uint8Array>({ start, pull }, { highWaterMark: 0 });
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    return app.post('/upload/pair', { body, headers, duplex: 'half' } as RequestInit);
  };
  const slow = Array.from({ length: maxUploadsAtOnce }, send);
  await expect.poll(() => begun).toBe(maxUploadsAtOnce);
  const refused = await send();
  expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([
    503,
    '5',
    { error: expect.stringContaining('8 uploads are under way') },
  ]);
  for (const sender of senders.slice(0, maxUploadsAtOnce)) sender.close();
  for (const answer of slow) expect((await answer).status).toBe(400);
  const next = send();
  senders.at(-1)?.close();
  expect((await next).status).toBe(400);
});
