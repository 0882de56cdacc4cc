import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';

let plant: TestApp;
beforeEach(async () => {
  plant = await createTestApp();
});
afterEach(() => plant.close());

const picture = (format: 'jpeg' | 'png', width = 40) =>
  sharp({ create: { width, height: 30, channels: 3, background: '#884422' } })
    [format]()
    .toBuffer();
const prediction = (more: object = {}) => ({
  image_id: 'cam1-1',
  timestamp: '2025-09-06T01:10:00',
  model_version: 'v1.2.0',
  model_name: 'scratch-net',
  confidence_score: 0.93,
  defect_detected: true,
  defect_type: 'scratch',
  bounding_boxes: [{ x: 1, y: 2, width: 3, height: 4, confidence: 0.93, class: 'scratch' }],
  inference_time_ms: 41.5,
  ...more,
});
const json = { 'content-type': 'application/json' };
async function send(body: unknown, path = '/api/predictions') {
  const answer = await plant.post(path, { headers: json, body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as Record<string, never> };
}
const files = () =>
  readdirSync(plant.services.predictions.files.dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name).slice(plant.services.predictions.files.dir.length + 1),
    );

describe('an image', () => {
  test('of a form is stored as it came, under its date, result and id', async () => {
    const bytes = await picture('jpeg');
    const form = new FormData();
    for (const [key, value] of Object.entries(prediction()))
      form.set(key, typeof value === 'object' ? JSON.stringify(value) : String(value));
    form.set('image', new Blob([new Uint8Array(bytes)]), 'x.jpg');
    const answer = await plant.post('/api/predictions', { body: form });
    const record = (await answer.json()) as { id: number; image_path: string };
    expect(answer.status).toBe(201);
    const digest = createHash('md5').update('cam1-1').digest('hex').slice(0, 8);
    expect(record).toMatchObject({
      ...prediction({ timestamp: '2025-09-06T01:10:00.000Z' }),
      image_path: `2025/09/06/defects/pred_20250906_011000_${digest}.jpg`,
      station_id: null,
    });
    expect(readFileSync(join(plant.services.predictions.files.dir, record.image_path))).toEqual(bytes);
    const image = await plant.request(`/api/predictions/${record.id}/image`);
    expect(Buffer.from(await image.arrayBuffer())).toEqual(bytes);
    expect(image.headers.get('content-type')).toBe('image/jpeg');
    expect(files()).toEqual([record.image_path]);
  });

  test('in base64 that is no JPEG becomes one; what is no image is refused, and nothing stays', async () => {
    const png = (await picture('png')).toString('base64');
    const sent = await send(prediction({ defect_detected: false, image: png }));
    expect(sent.status).toBe(201);
    expect(sent.body.defect_type).toBeNull();
    expect(String(sent.body.image_path)).toMatch(
      /^2025\/09\/06\/no_defects\/pred_\d{8}_\d{6}_[0-9a-f]{8}\.jpg$/,
    );
    expect(
      (await sharp(plant.services.predictions.files.pathOf(String(sent.body.image_path))).metadata()).format,
    ).toBe('jpeg');
    for (const image of [Buffer.from('no image').toString('base64'), '!!', png.slice(0, 40)]) {
      const refused = await send(prediction({ image_id: 'x', image }));
      expect([refused.status, refused.body.error]).toEqual([400, expect.stringContaining('image')]);
    }
    expect(files()).toHaveLength(1);
  });

  test('on an equal file name gets the next free suffix', async () => {
    // Different ids whose names are equal would need a collision; the name is made to be taken instead.
    const image = (await picture('jpeg')).toString('base64');
    const first = await send(prediction({ image }));
    await plant.services.db.tx((q) => q.delete(plant.services.db.tables.predictions));
    const second = await send(prediction({ image }));
    expect(second.body.image_path).toBe(String(first.body.image_path).replace('.jpg', '_1.jpg'));
  });
});

test('the same again is the same prediction, with other content it is refused', async () => {
  const image = (await picture('jpeg')).toString('base64');
  const first = await send(prediction({ image }));
  expect((await send(prediction({ image }))).body).toEqual(first.body);
  expect((await send(prediction({ image }))).status).toBe(200);
  expect((await send(prediction({ image, confidence_score: 0.5 }))).status).toBe(409);
  expect((await send(prediction({ image: (await picture('jpeg', 50)).toString('base64') }))).status).toBe(
    409,
  );
  expect(files()).toHaveLength(1);
  const untimed = prediction({ image_id: 'untimed', timestamp: undefined });
  expect((await send(untimed)).status).toBe(201);
  plant.clock.advance(5_000);
  expect((await send(untimed)).status).toBe(200);
  const both = await Promise.all(
    Array.from({ length: 20 }, () => send(prediction({ image_id: 'twin', image }))),
  );
  expect(both.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
  expect(files()).toHaveLength(2);
});

test.each([
  [{ image_id: '' }, 'image_id is empty'],
  [{ image_id: 'x'.repeat(256) }, 'image_id has more than 255 characters'],
  [{ confidence_score: 1.2 }, 'confidence_score is not within 0 and 1'],
  [{ confidence_score: 'high' }, 'confidence_score is missing or no number'],
  [{ defect_detected: 'yes' }, 'defect_detected is missing or no boolean'],
  [{ timestamp: 'yesterday' }, 'timestamp is no ISO 8601 time'],
  [{ timestamp: '2025-02-30T10:00:00' }, 'timestamp is no ISO 8601 time'],
  [{ timestamp: '2035-01-01' }, 'ahead of this server'],
  [{ bounding_boxes: [{ x: 0, y: 0, width: -1, height: 1 }] }, 'bounding_boxes.0.width is negative'],
  [
    { bounding_boxes: Array(1_001).fill({ x: 0, y: 0, width: 1, height: 1 }) },
    'bounding_boxes has more than',
  ],
  [{ processing_notes: 'a\u0000b' }, 'processing_notes has characters that are no text'],
])('%j is refused: %s', async (more, reason) => {
  const { status, body } = await send(prediction(more));
  expect([status, body.error]).toEqual([400, expect.stringContaining(reason)]);
});

test('a batch keeps what is good and names what is not; so does a batch of the edge', async () => {
  const batch = await send(
    [
      prediction(),
      prediction({ image_id: 'b', confidence_score: 7 }),
      prediction({ confidence_score: 0.1 }),
      'x',
    ],
    '/api/predictions/batch',
  );
  expect(batch.status).toBe(201);
  expect(batch.body).toMatchObject({
    success_count: 1,
    total_count: 4,
    failed_count: 3,
    failed_indices: [1, 2, 3],
  });
  const edge = await send(
    {
      edge_device_id: 'edge-1',
      batch_size: 1,
      predictions: [
        {
          image_id: 'edge-7',
          timestamp: 1_757_121_000,
          model_version: 'v2',
          defect_detected: true,
          detections: [
            { class: 'dent', confidence: 0.8, bbox: [10, 20, 40, 60], uncertain: false },
            { class: 'scratch', confidence: 0.4, bbox: [1, 1, 2, 2], uncertain: true },
          ],
        },
      ],
    },
    '/log',
  );
  expect(edge.body).toMatchObject({ status: 'success', predictions_stored: 1, batch_size: 1 });
  const { predictions } = (await plant.json('/api/predictions?version=v2')) as { predictions: object[] };
  expect(predictions).toEqual([
    expect.objectContaining({
      timestamp: '2025-09-06T01:10:00.000Z',
      confidence_score: 0.8,
      defect_type: 'dent',
      edge_device_id: 'edge-1',
      bounding_boxes: [
        { x: 10, y: 20, width: 30, height: 40, confidence: 0.8, class: 'dent' },
        { x: 1, y: 1, width: 1, height: 1, confidence: 0.4, class: 'scratch' },
      ],
    }),
  ]);
  expect((await send({ predictions: 'x' }, '/log')).status).toBe(400);
});

describe('of many', () => {
  const count = 250;
  beforeEach(async () => {
    const start = Date.parse('2025-09-05T23:00:00Z');
    const list = Array.from({ length: count }, (_, i) =>
      prediction({
        image_id: `p${i}`,
        timestamp: new Date(start + i * 30_000).toISOString(),
        model_version: i % 2 === 0 ? 'v1' : 'v2',
        confidence_score: (i % 100) / 100,
        defect_detected: i % 5 === 0,
        defect_type: i % 10 === 0 ? 'scratch' : null,
        station_id: i % 3 === 0 ? 'S9' : null,
      }),
    );
    expect((await send(list, '/api/predictions/batch')).body.success_count).toBe(count);
  });

  test('statistics are those of the predictions, over any window', async () => {
    const all = (await plant.json('/api/statistics')) as Record<string, number>;
    const mean = Array.from({ length: count }, (_, i) => (i % 100) / 100).reduce((a, b) => a + b) / count;
    expect(all).toMatchObject({
      total_predictions: 250,
      defects_found: 50,
      no_defects: 200,
      defect_rate: 20,
      defect_types: { scratch: 25, unknown: 25 },
      storage: { total_images: 0, defect_images: 0, no_defect_images: 0, total_size_mb: 0 },
    });
    expect(all.average_confidence).toBeCloseTo(mean, 9);
    // Both ends belong to it: 23:00:00 to 00:30:00, a prediction each half minute.
    const some = await plant.json('/api/statistics?start=2025-09-05T23:00:00&end=2025-09-06T00:30:00');
    expect(some).toMatchObject({ total_predictions: 181, defects_found: 37 });
    const rolling = (await plant.json(
      '/api/statistics?end=2025-09-06T01:00:00&rolling_window_minutes=10',
    )) as Record<string, number>;
    expect(rolling.rolling_detection_frequency_per_min).toBeCloseTo(2, 9);
    expect(rolling.rolling_defect_rate).toBeCloseTo(20, 9);
  });

  test('lists are filtered and paged without a loss, and exported whole', async () => {
    const read = async (query: string) => {
      const seen: string[] = [];
      for (let next: string | null = ''; next !== null; ) {
        const page = (await plant.json(`/api/predictions?limit=60&${query}${next && `&before=${next}`}`)) as {
          predictions: { image_id: string }[];
          next: string | null;
        };
        seen.push(...page.predictions.map(({ image_id }) => image_id));
        next = page.next;
      }
      return seen;
    };
    expect(await read('')).toEqual(Array.from({ length: count }, (_, i) => `p${count - 1 - i}`));
    const fits = (of: (i: number) => boolean) =>
      Array.from({ length: count }, (_, i) => count - 1 - i)
        .filter(of)
        .map((i) => `p${i}`);
    expect(await read('defect=true')).toEqual(fits((i) => i % 5 === 0));
    expect(await read('version=v2&station=S9')).toEqual(fits((i) => i % 2 === 1 && i % 3 === 0));
    expect(await read('min_confidence=0.2&max_confidence=0.3')).toEqual(
      fits((i) => i % 100 >= 20 && i % 100 <= 30),
    );
    expect(await read('type=scratch')).toEqual(fits((i) => i % 10 === 0));
    expect(await read('version=v9')).toEqual([]);
    const whole = (await plant.json('/api/export/predictions.json?defect=true')) as object[];
    expect(whole).toHaveLength(50);
    const lines = (await plant.text('/api/export/predictions.ndjson')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).image_id)).toHaveLength(count);
    const csv = (await plant.text('/api/export/predictions.csv?type=scratch')).trim().split('\r\n');
    expect(csv).toHaveLength(26);
    expect(csv[0]).toContain('id,image_id,image_path,timestamp,model_version');
  });

  test('pages show them, narrowed by what is asked', async () => {
    const page = async (path: string) =>
      (await plant.text(path)).replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
    const day = 'period=custom&start=2025-09-06T00:00&end=2025-09-07T00:00';
    expect(await page(`/predictions?${day}`)).toMatch(/Logged 250 Defects 50 Defect rate 20\.0 %/);
    expect(await page(`/predictions?${day}&result=defect`)).toContain('scratch');
    expect((await plant.request(`/predictions?${day}&result=x`)).status).toBe(400);
    expect(await page('/predictions/models')).toMatch(/net v1 125 20\.0 %/);
    const { predictions } = (await plant.json('/api/predictions?limit=1&type=scratch')) as {
      predictions: { id: number }[];
    };
    const detail = await page(`/predictions/${predictions[0]?.id}`);
    expect(detail).toContain('Model and version scratch-net v1');
    expect(detail).toContain('Logged without an image');
    expect((await plant.request('/predictions/99999')).status).toBe(404);
  });
});

test('retention deletes the image, and the prediction says so', async () => {
  const image = (await picture('jpeg')).toString('base64');
  const { body } = await send(prediction({ image }));
  const { policy } = plant.services.predictions;
  plant.clock.advance(10 * 86_400_000);
  expect(await policy.read()).toMatchObject({ count: 1, bytes: Buffer.from(image, 'base64').length });
  const cut = { before: Date.parse('2025-09-08T00:00:00Z') };
  expect(await policy.preview(cut)).toMatchObject({ count: 1 });
  expect(await policy.remove(cut)).toMatchObject({ count: 1, failed: 0, isDone: true });
  expect(files()).toEqual([]);
  expect(await plant.json(`/api/predictions/${body.id}`)).toMatchObject({
    image_deleted: true,
    confidence_score: 0.93,
  });
  expect((await plant.request(`/api/predictions/${body.id}/image`)).status).toBe(404);
  expect(await plant.json('/api/statistics')).toMatchObject({
    total_predictions: 1,
    storage: { total_images: 0 },
  });
});

test('a folder that takes no image is said by the answer, the page and the health, until it does again', async () => {
  const image = (await picture('jpeg')).toString('base64');
  const { dir } = plant.services.predictions.files;
  writeFileSync(dir, 'a file where the folder should be');
  expect((await send(prediction({ image }))).status).toBe(503);
  const form = new FormData();
  for (const [key, value] of Object.entries({
    image_id: 'f',
    confidence_score: '0.5',
    defect_detected: 'true',
  }))
    form.set(key, value);
  form.set('image', new Blob([new Uint8Array(await picture('jpeg'))]));
  expect((await plant.post('/api/predictions', { body: form })).status).toBe(503);
  const health = async () =>
    ((await plant.json('/health')) as { stats: { predictions: { fault: string | null } } }).stats.predictions;
  expect((await health()).fault).not.toBeNull();
  expect(await plant.text('/predictions')).toContain('Images cannot be stored');
  // Without an image they are taken.
  expect((await send(prediction({ image_id: 'no image' }))).status).toBe(201);
  rmSync(dir);
  expect((await send(prediction({ image }))).status).toBe(201);
  expect((await health()).fault).toBeNull();
  expect(await plant.text('/predictions')).not.toContain('Images cannot be stored');
});
