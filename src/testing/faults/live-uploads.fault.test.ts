import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { findFreePort } from '../free-port.ts';
import { connectSocket } from '../socket-client.ts';
import { drawDetailedJpeg } from './broken-images.ts';
import { liveEnv, liveFolder, placeFile, shownNames } from './live-plant.ts';
import { tinyJpeg } from './plant-images.ts';
import { createFaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

const rounds = Number(process.env.KILL_ROUNDS ?? 8);
const senders = 3;
const picture = await drawDetailedJpeg();

function pairOf(coil: string): FormData {
  const form = new FormData();
  for (const role of ['original', 'labeled']) {
    const bytes = Buffer.concat([picture, Buffer.from(`${coil} ${role}`), Buffer.from([0xff, 0xd9])]);
    form.append(`${role}_image`, new Blob([new Uint8Array(bytes)]), 'a.jpg');
  }
  form.append('coil_number', coil);
  return form;
}

/** Sends one pair after the other until the process is gone; notes what was acknowledged. */
async function sendUntilKilled(
  running: PlantProcess,
  prefix: string,
  acknowledged: Set<string>,
): Promise<void> {
  for (let i = 0; ; i++) {
    const coil = `${prefix}-${i}`;
    try {
      const answer = await running.fetch('/upload/pair', { method: 'POST', body: pairOf(coil) });
      const { success } = (await answer.json()) as { success: boolean };
      if (answer.status === 200 && success) acknowledged.add(coil);
    } catch {
      return;
    }
  }
}

const coilOf = (name: string) => name.split('_')[0] ?? '';

test(
  `killed ${rounds} times while pairs come: every acknowledged pair is there, whole, and no half of one is shown`,
  async () => {
    await using plant = createFaultPlant();
    const env = liveEnv(plant);
    const folders = [liveFolder(plant, 'original'), liveFolder(plant, 'labeled')] as const;
    const acknowledged = new Set<string>();
    for (let round = 0; round < rounds; round++) {
      const running = await plant.start(env);
      await running.listening;
      const sending = Array.from({ length: senders }, (_, i) =>
        sendUntilKilled(running, `r${round}s${i}`, acknowledged),
      );
      const before = acknowledged.size;
      await sleep(200 + Math.random() * 800);
      // On a busy machine the first pair takes longer than that.
      await waitUntil('a pair of this round is acknowledged', () => acknowledged.size > before);
      await running.kill();
      await Promise.all(sending);
    }
    const last = await plant.start(env);
    await last.listening;
    // Pictures of which no note says how they are called are no pair; they are deleted once no client can still be sending.
    await waitUntil('what was begun is settled', () =>
      folders.every((folder) => readdirSync(folder).every((name) => !/^\.upload-.*\.json$/.test(name))),
    );
    const [originals, labeled] = folders.map((folder) => shownNames(folder).map(coilOf));
    expect(originals).toEqual(labeled);
    const unacknowledged = originals!.length - acknowledged.size;
    expect(originals!.filter((coil) => acknowledged.has(coil))).toHaveLength(acknowledged.size);
    for (const [i, role] of (['original', 'labeled'] as const).entries()) {
      for (const name of shownNames(folders[i]!)) {
        const bytes = readFileSync(join(folders[i]!, name));
        expect(bytes.subarray(picture.length, -2).toString()).toBe(`${coilOf(name)} ${role}`);
      }
    }
    const totalOf = async (role: string) =>
      ((await (await last.fetch(`/latest/${role}`)).json()) as { total_images: number }).total_images;
    for (const role of ['original', 'labeled'])
      await waitUntil(`all of ${role} are known`, async () => (await totalOf(role)) === originals!.length);
    for (const coil of acknowledged) {
      const answer = await last.fetch(`/latest/labeled?coil_number=${coil}`);
      expect(await answer.json()).toMatchObject({ image: { coil_number: coil }, total_images: 1 });
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(rounds);
    expect(await last.terminate()).toMatchObject({ code: 0 });
    console.log(
      `${acknowledged.size} pairs acknowledged, ${unacknowledged} more whole, after ${rounds} kills`,
    );
  },
  60_000 + rounds * 10_000,
);

test('asked to end with many sockets open on every port, it says goodbye to each and ends in time', async () => {
  await using plant = createFaultPlant();
  const receiverPort = await findFreePort();
  const running = await plant.start({ ...liveEnv(plant), IMAGE_RECEIVER_PORT: String(receiverPort) });
  await running.listening;
  const origins = [running.origin, `http://127.0.0.1:${receiverPort}`];
  const clients = Array.from({ length: 60 }, (_, i) => {
    const url = `${origins[i % 2]!.replace('http', 'ws')}${i % 3 === 0 ? '/' : '/ws/images'}`;
    return connectSocket(url);
  });
  await Promise.all(clients.map(({ opened }) => opened));
  // One that never reads its messages, and so never answers the goodbye.
  clients[0]!.socket.pause();
  let isOver = false;
  const camera = (async () => {
    while (!isOver) {
      placeFile(liveFolder(plant, 'original'), `1_${Date.now()}_original.jpg`, tinyJpeg);
      await sleep(20);
    }
  })();
  await waitUntil('pictures come', () => clients.slice(1).every(({ messages }) => messages.length > 3));
  const { code } = await running.terminate();
  isOver = true;
  await camera;
  expect(code).toBe(0);
  const codes = await Promise.all(clients.slice(1).map(({ ended }) => ended));
  expect(codes.filter((one) => one !== 1001)).toEqual([]);
  expect(running.output()).not.toMatch(/"level":(?:50|60)/);
});
