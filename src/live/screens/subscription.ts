import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';

/** Channels one viewer may follow, and the longest name of one: `station/` and a folder's name. */
export const maxFollowed = 64;
const maxNameLength = 300;

/** What somebody who watches live images wants to be told. */
export type Subscription = {
  /** Keys of channels; null follows every folder, as clients of contract S5 do. Stations are told only by name. */
  channels: ReadonlySet<string> | null;
  /** The newest image of this coil instead of the newest of all. */
  coil: string | null;
  /** Our own pages are told more of each image, and the state of its camera. */
  isDetailed: boolean;
  /** Browsers hide pings from scripts: those who ask get them as a message. */
  wantsPings: boolean;
};

const subscribeMessage = z.object({
  type: z.literal('subscribe'),
  channels: z.array(z.string().max(maxNameLength)).max(maxFollowed),
  coil: z.string().max(100).optional(),
});

/**
 * What the query of a socket or of `/live/latest` asks for: `channels=a,b` (or several times `channels`), `coil`,
 * `detail=1`, `ping=1`. A name that holds a comma is taken as it stands when it is one of `known`.
 *
 * @throws AppError 'invalid' for too many or too long names.
 */
export function readSubscription(
  search: URLSearchParams,
  isKnown: (channel: string) => boolean,
): Subscription {
  const values = search.getAll('channels').filter((value) => value !== '');
  const channels = values.flatMap((value) => (isKnown(value) ? [value] : value.split(',')));
  if (channels.length > maxFollowed || channels.some((name) => name.length > maxNameLength)) {
    throw new AppError('invalid', `At most ${maxFollowed} channels can be followed at once.`, {
      details: { field: 'channels' },
    });
  }
  return {
    channels: values.length === 0 ? null : new Set(channels),
    coil: (search.get('coil') ?? '').slice(0, 100) || null,
    isDetailed: search.get('detail') === '1',
    wantsPings: search.get('ping') === '1',
  };
}

/**
 * What a viewer who has a subscription wants after its message: `{"type":"subscribe","channels":[…],"coil"?}` replaces
 * channels and coil. Undefined for any other message; clients of S5 have nothing to say.
 *
 * @throws AppError 'invalid' for a subscribe message that is none.
 */
export function changeSubscription(before: Subscription, message: string): Subscription | undefined {
  const said = parseJson(message);
  if (typeof said !== 'object' || said === null || !('type' in said) || said.type !== 'subscribe') return;
  const parsed = subscribeMessage.safeParse(said);
  if (!parsed.success) {
    throw new AppError(
      'invalid',
      `subscribe takes "channels", a list of at most ${maxFollowed} names, and "coil", a text.`,
    );
  }
  return { ...before, channels: new Set(parsed.data.channels), coil: parsed.data.coil || null };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
