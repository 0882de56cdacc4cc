import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../../kernel/log.ts';
import { createImagePlant, drawJpeg, type ImagePlant } from '../../testing/image-plant.ts';
import { startMakeAhead } from './make-ahead.ts';

const jpeg = await drawJpeg();
const log = createLog({ level: 'silent', pretty: false });

let plant: ImagePlant;
beforeEach(async () => {
  plant = await createImagePlant();
});
afterEach(() => plant.close());

function start() {
  const { images, reads } = plant;
  const listInspections = reads.inspections.list;
  return startMakeAhead({ images, listInspections, ngCount: 2, log });
}

test('the thumbnails of a card, the last image and the last NG ones, are drawn before they are requested', async () => {
  const minuteMs = 60_000;
  const ages: [string, number][] = [
    ['OK-1.jpg', 9],
    ['NG-2.jpg', 8],
    ['NG-3.jpg', 7],
    ['NG-4.jpg', 6],
    ['OK-5.jpg', 5],
    ['OK-6.jpg', 4],
  ];
  const inspections = [];
  for (const [name, age] of ages) inspections.push(await plant.add(name, jpeg, { ageMs: age * minuteMs }));
  const makeAhead = start();
  makeAhead.wake(plant.reads.names.listStations().map(({ id }) => id));
  await vi.waitFor(() => expect(plant.store.stats().rendered).toBe(3), 10_000);
  await makeAhead.stop();

  for (const { id, revision } of inspections) await plant.app.request(`/images/${id}/${revision}/strip.webp`);
  expect(plant.store.stats()).toMatchObject({ rendered: 6, fromMemory: 3 });
});

test('an unreadable image among the newest is not retried with every new image', async () => {
  await plant.add('NG-1.jpg', Buffer.from('not an image'));
  const stationIds = plant.reads.names.listStations().map(({ id }) => id);
  const makeAhead = start();
  makeAhead.wake(stationIds);
  await vi.waitFor(() => expect(plant.store.stats().failed).toBe(1), 10_000);
  makeAhead.wake(stationIds);
  await plant.add('OK-2.jpg', jpeg, { ageMs: 1000 });
  makeAhead.wake(stationIds);
  await vi.waitFor(() => expect(plant.store.stats().rendered).toBe(1), 10_000);
  await makeAhead.stop();
  await plant.images.flush();
  expect(await plant.reads.inspections.listBadImages(5)).toMatchObject({
    images: [{ attempts: 1 }],
    totalCount: 1,
  });
});

test('no thumbnail is drawn after a stop', async () => {
  await plant.add('OK-1.jpg', jpeg);
  const makeAhead = start();
  makeAhead.wake([1]);
  await makeAhead.stop();
  makeAhead.wake([1]);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(plant.store.stats().rendered).toBe(0);
});
