import { type Context, Hono } from 'hono';
import type { z } from 'zod';
import { speaksFor } from '../../kernel/auth/principal.ts';
import { AppError } from '../../kernel/errors.ts';
import { documented } from '../../kernel/http/api-doc.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import { sendPlaceholder } from '../../kernel/images/placeholder.ts';
import { sendFile } from '../../kernel/images/send-file.ts';
import { openInside } from '../../kernel/storage/confine.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { Live } from '../live.ts';
import { isLiveImageName } from '../live-file-name.ts';
import { mainCamera } from '../model.ts';
import { mockImage, mockWireImage, toWireImage } from '../screens/wire.ts';
import {
  latestAnswer,
  latestQuery,
  listAnswer,
  listQuery,
  statsAnswer,
  uploadAnswer,
  uploadForm,
} from './compat-schemas.ts';
import { receivePair } from './receive-pair.ts';
import { createUploadRoom, type UploadRoomOptions } from './upload-room.ts';

export type LiveCompatDeps = {
  live: Live;
  maxFileBytes: number;
  clock: Clock;
  wallClock: WallClock;
  disks: Pick<UploadRoomOptions, 'highMark' | 'readDisks'>;
  /** How long sending a pair may take, ms; the default otherwise. */
  sendingMs?: number | undefined;
};

/** The address for uploaded pairs, the only one that accepts more than a small form. */
export const uploadPath = '/upload/pair';

const defaultType = 'original';
const maxListedCoils = 50;
const mockSize = { width: 640, height: 480 };
const ofReceiver = { tag: 'Image receiver', isCompat: true };

const docs = {
  latest: documented({
    ...ofReceiver,
    summary: 'The newest image of a type, or of a coil',
    query: latestQuery,
    answer: latestAnswer,
    example: { path: '/latest?coil_number=2891' },
  }),
  list: documented({
    ...ofReceiver,
    summary: 'Images of a type, newest first',
    query: listQuery,
    answer: listAnswer,
    refusals: ['invalid'],
    example: { path: '/list?limit=2&from_date=2025-09-01' },
  }),
  stats: documented({
    ...ofReceiver,
    summary: 'How many images there are of each type',
    answer: statsAnswer,
    example: { path: '/stats' },
  }),
  upload: documented({
    ...ofReceiver,
    summary: 'Send both pictures of a coil',
    form: uploadForm,
    answer: uploadAnswer,
    files: ['original_image', 'labeled_image'],
    description: 'JPEG, PNG or BMP, told by content. Either both pictures are there afterwards, or none.',
    refusals: ['invalid', 'unauthorized', 'forbidden', 'too_large', 'unavailable'],
    example: { path: uploadPath, form: { coil_number: '2891', defect_data: '{"scratches":2}' } },
  }),
};

/** The interface of the live image receiver (contract S5) on the same reads as the pages; its socket is in `screens/socket-routes.ts`. */
export function liveCompatRoutes(deps: LiveCompatDeps): Hono<AppEnv> {
  const room = createUploadRoom({ ...deps.disks, pairBytes: 2 * deps.maxFileBytes });
  return new Hono<AppEnv>()
    .get('/latest/:type?', may('look'), docs.latest, async (c) =>
      c.json(await readLatest(deps, c.req.param('type') ?? defaultType, c.req.valid('query').coil_number)),
    )
    .get('/list/:type?', may('look'), docs.list, async (c) =>
      c.json(await readList(deps, c.req.param('type') ?? defaultType, c.req.valid('query'))),
    )
    .get('/image/:type/:filename', may('look'), (c) => sendImage(c, deps))
    .get('/stats', may('look'), docs.stats, async (c) => c.json(await readStats(deps)))
    .post(uploadPath, may('ingest:images'), docs.upload, async (c) => {
      assertMaySendPairs(c);
      const { coil, capturedAt, original, labeled } = await receivePair(c, { ...deps, room });
      return c.json({
        success: true,
        message: 'Both images were received',
        data: { coil_number: coil, timestamp: capturedAt, original, labeled },
      });
    });
}

/** Pairs belong to the main camera: a token tied to another device or to a station may not send them. */
function assertMaySendPairs(c: AppContext): void {
  const [principal, door] = [c.get('principal'), c.get('door')];
  if (!principal || !door || speaksFor(principal, { siteId: door.siteId, device: mainCamera })) return;
  throw new AppError(
    'forbidden',
    `This token is tied to a station or another device, and an upload is of the camera "${mainCamera}". An administrator makes a token tied to no station, and to no device or to "${mainCamera}", on the page /tokens.`,
  );
}

async function readLatest({ live, clock }: LiveCompatDeps, type: string, coil: string | undefined) {
  const image = live.current.latest(type, coil) ?? (await live.queries.latest(type, coil));
  if (!image)
    return { success: true, image: mockWireImage(clock.now()), total_images: 0, is_mock: true } as const;
  const total = await live.queries.countOf(type, coil);
  return { success: true, image: toWireImage(image), total_images: total, is_file_watcher: true } as const;
}

async function readList(
  { live, wallClock }: LiveCompatDeps,
  type: string,
  { page, limit, coil_number: coil, from_date, to_date }: z.output<typeof listQuery>,
) {
  const startAt = readMoment(wallClock, 'from_date', from_date, 0);
  const endAt = readMoment(wallClock, 'to_date', to_date, 1);
  const { images, total } = await live.queries.page(type, {
    page,
    limit,
    coil,
    startAt,
    endAt,
  });
  return {
    success: true,
    images: images.map(toWireImage),
    pagination: {
      current_page: page,
      total_pages: Math.ceil(total / limit),
      total_images: total,
      images_per_page: limit,
    },
  };
}

/** A date without a time means the start of its day plus `days`: 0 for a start, 1 for an end that includes the day. */
function readMoment(
  wallClock: WallClock,
  field: string,
  text: string | undefined,
  days: number,
): number | undefined {
  if (text === undefined) return undefined;
  const at = wallClock.parse(text);
  if (at === undefined)
    throw new AppError('invalid', `${field}: write a date as 2025-09-06 or a time as 2025-09-06T10:21.`, {
      details: { field },
    });
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? wallClock.startOfDay(at, days) : at;
}

async function readStats({ live, clock }: LiveCompatDeps) {
  const types: Record<string, { total_images: number; latest: unknown; coils: string[] }> = {};
  let total = 0;
  for (const { channel, newest, coils } of live.current.list()) {
    const count = await live.queries.countOf(channel);
    total += count;
    types[channel] = {
      total_images: count,
      latest: newest ? toWireImage(newest) : null,
      coils: coils.slice(0, maxListedCoils).map(({ coil }) => coil),
    };
  }
  return {
    success: true,
    stats: { total_images: total, is_file_watcher: true, types },
    timestamp: clock.now(),
  };
}

/** One file of a channel's folder. A name with a path in it, or a link out of the folder, is not found. */
async function sendImage(
  c: Context<AppEnv, '/image/:type/:filename'>,
  { live }: LiveCompatDeps,
): Promise<Response> {
  const { type, filename } = c.req.param();
  if (`/image/${type}/${filename}` === mockImage.url) return sendMock(c);
  const channel = live.channels.find(type);
  const isName = isLiveImageName(filename) && !/[/\0]/.test(filename);
  const opened = channel && isName ? await openInside(channel.path, filename) : undefined;
  if (!opened?.ok) throw new AppError('not_found', 'There is no such image.');
  return sendFile(c, opened, { name: filename, caching: 'revalidate' });
}

function sendMock(c: AppContext): Response {
  return sendPlaceholder(c, { reason: 'mock', text: c.get('t')('imageFault.mock'), ...mockSize });
}
