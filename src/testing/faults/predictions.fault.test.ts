import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { drawJpeg } from '../image-plant.ts';
import { createFaultPlant, waitUntil } from './plant-process.ts';

/** 200 for the whole proof, `npm run faults`. */
const rounds = Number(process.env.KILL_ROUNDS ?? 6);
const senders = 6;

/** Rows as the database has them: the program may be dead. */
function readRows(dbPath: string): { image_id: string; image_path: string; image_bytes: number }[] {
  const database = new BetterSqlite(dbPath, { readonly: true });
  try {
    return database.prepare('select image_id, image_path, image_bytes from predictions').all() as never;
  } finally {
    database.close();
  }
}

test('killed in the middle of images and rows, every acknowledged prediction is there once with its image', async () => {
  await using plant = createFaultPlant();
  const images = await Promise.all(['#a00', '#0a0', '#00a'].map((colour) => drawJpeg(64, 48, colour)));
  const acknowledged = new Map<string, Buffer>();
  let last = 0;
  for (let round = 0; round < rounds; round++) {
    const hub = await plant.start();
    await hub.listening;
    let isOver = false;
    const send = async () => {
      while (!isOver) {
        const number = ++last;
        const image = images[number % images.length]!;
        const form = new FormData();
        form.set('image_id', `p${number}`);
        form.set('confidence_score', '0.5');
        form.set('defect_detected', String(number % 3 === 0));
        form.set('image', new Blob([new Uint8Array(image)]));
        const answer = await hub
          .fetch('/api/predictions', { method: 'POST', body: form })
          .catch(() => undefined);
        if (answer?.status === 201) acknowledged.set(`p${number}`, image);
        else if (answer !== undefined)
          throw new Error(`It answered ${answer.status}: ${await answer.text()}`);
        else return;
      }
    };
    const sending = Promise.all(Array.from({ length: senders }, send));
    const enough = acknowledged.size + 5 + Math.floor(Math.random() * 30);
    await waitUntil('some are acknowledged', () => acknowledged.size >= enough);
    await sleep(Math.random() * 50);
    await hub.kill();
    isOver = true;
    await sending;
    const rows = readRows(plant.dbPath);
    const byId = new Map(rows.map((row) => [row.image_id, row]));
    expect(byId.size).toBe(rows.length);
    for (const [id, image] of acknowledged) {
      const row = byId.get(id);
      expect(row?.image_bytes, id).toBe(image.length);
      expect(
        readFileSync(join(plant.stateDir, 'prediction_images', row?.image_path ?? '')).equals(image),
        id,
      ).toBe(true);
    }
    // No row without its image, acknowledged or not.
    for (const { image_path } of rows)
      expect(existsSync(join(plant.stateDir, 'prediction_images', image_path)), image_path).toBe(true);
  }
});
