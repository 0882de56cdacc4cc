import { AppError } from '../../kernel/errors.ts';
import type { AppContext } from '../../kernel/http/env.ts';
import { receiveMultipart } from '../../kernel/http/multipart.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { Live } from '../live.ts';
import { parseLiveName } from '../live-file-name.ts';
import type { LiveChannel, LiveRole } from '../model.ts';
import { toWireImage, type WireImage } from '../screens/wire.ts';
import { checkPicture, draftPair, dropPair, storePair } from '../uploads/upload-pair.ts';
import { parseDefectData } from './defect-data.ts';
import type { UploadRoom } from './upload-room.ts';

/** Shorter than the server's limit for receiving a request (120 s), so that the sender gets an answer. */
const maxSendingMs = 110_000;
const maxDefectBytes = 64 * 1024;
const maxCoilBytes = 200;
const maxCoilLength = 60;

export type ReceivePairDeps = {
  live: Pick<Live, 'openUploads' | 'assertSeen' | 'take' | 'queries' | 'current' | 'recordDefects'>;
  maxFileBytes: number;
  clock: Clock;
  wallClock: WallClock;
  room: UploadRoom;
  /** How long sending a form may take; `maxSendingMs` by default. */
  sendingMs?: number | undefined;
};

export type ReceivedPair = { coil: string; capturedAt: number; original: WireImage; labeled: WireImage };

/**
 * Receives an uploaded pair (contract S5): both pictures or none, checked, named, recorded and published before the answer.
 *
 * @throws AppError 'invalid' and 'too_large' naming the field, and 'unavailable' where there is no room for more or the
 * form is not complete in time.
 */
export function receivePair(c: AppContext, deps: ReceivePairDeps): Promise<ReceivedPair> {
  return deps.room.enter(() => receiveInRoom(c, deps));
}

async function receiveInRoom(c: AppContext, deps: ReceivePairDeps): Promise<ReceivedPair> {
  const { live } = deps;
  const channels = {
    original: await live.openUploads('original'),
    labeled: await live.openUploads('labeled'),
  };
  const folders = { original: channels.original.path, labeled: channels.labeled.path };
  await deps.room.assertRoom([folders.original, folders.labeled]);
  const draft = draftPair(folders);
  try {
    const { fields, files } = await receiveMultipart(c, {
      files: { original_image: draft.paths.original, labeled_image: draft.paths.labeled },
      maxFileBytes: deps.maxFileBytes,
      withinMs: deps.sendingMs ?? maxSendingMs,
      fields: { coil_number: maxCoilBytes, defect_data: maxDefectBytes },
    });
    for (const field of ['original_image', 'labeled_image'])
      if (files[field] === undefined) throw missing(field, 'a file');
    const coil = readCoil(fields.coil_number);
    const defects = readDefects(fields.defect_data);
    const extensions = {
      original: await checkPicture(draft.paths.original, 'original_image'),
      labeled: await checkPicture(draft.paths.labeled, 'labeled_image'),
    };
    await live.assertSeen(draft.paths.original);
    const { clock, wallClock } = deps;
    const stored = await inTurn(() =>
      storePair(draft, folders, { coil, at: clock.now(), extensions, wallClock }),
    );
    const images: Partial<Record<LiveRole, WireImage>> = {};
    for (const { role, ...file } of stored.pictures)
      images[role] = await record(deps, channels[role], { ...file, capturedAt: stored.at });
    const storedCoil = images.original?.coil_number ?? coil;
    if (defects !== undefined)
      await live.recordDefects(
        { channelId: channels.original.id, coil: storedCoil, capturedAt: stored.at },
        defects,
      );
    return { coil: storedCoil, capturedAt: stored.at, original: images.original!, labeled: images.labeled! };
  } catch (error) {
    await dropPair(draft);
    throw error;
  }
}

/** Recorded at once; when the scanner finds the same file, it is known already. */
async function record(
  { live, wallClock }: ReceivePairDeps,
  channel: LiveChannel,
  file: { name: string; sizeBytes: number; modifiedAt: number; capturedAt: number },
): Promise<WireImage> {
  const coil = parseLiveName(file.name, wallClock).coil ?? '';
  const { rows } = await live.take(channel.id, [{ ...file, coil }]);
  const image = rows[0] && (await live.queries.find(rows[0].id));
  const known = image ?? (await live.queries.latest(channel.key, coil));
  if (!known) throw new Error(`No row for the upload ${JSON.stringify(file.name)} just recorded`);
  return toWireImage(known);
}

/** Uploads search for a free name one at a time. */
let turn: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = turn.then(work);
  turn = mine.catch(() => {});
  return mine;
}

function readCoil(text: string | undefined): string {
  const coil = text?.trim() ?? '';
  if (coil === '') throw missing('coil_number', 'the number of the coil');
  if (coil.length <= maxCoilLength) return coil;
  throw new AppError('invalid', `coil_number has more than ${maxCoilLength} characters.`, {
    details: { field: 'coil_number' },
  });
}

function readDefects(text: string | undefined): unknown {
  if (text === undefined || text.trim() === '') return undefined;
  const parsed = parseDefectData(text);
  if (parsed) return parsed.value;
  throw new AppError(
    'invalid',
    'defect_data is no JSON that can be kept: nested at most 64 deep, without NUL characters.',
    { details: { field: 'defect_data' } },
  );
}

function missing(field: string, what: string): AppError {
  return new AppError('invalid', `${field} is missing: send ${what} under this name.`, {
    details: { field },
  });
}
