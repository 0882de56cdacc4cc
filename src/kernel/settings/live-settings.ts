import { setting } from './setting.ts';
import { commaList, type Kind, path, wholeNumber } from './setting-kinds.ts';

/** Larger files are not decoded; see `read-image.ts`. */
const maxFileBytes = 64 * 1024 * 1024;

/** Settings of the live images. The names are those of contract S5. */
export const live = [
  setting({
    env: 'IMAGE_BASE_PATH',
    key: 'imageBasePath',
    group: 'live',
    default: '/var/lib/ccl-images',
    ...path(),
    doc: 'Folder with the live images: original/, labeled/, and one folder for each further camera. If the default does not exist, a folder "live" beside the database is used. Only uploads are written to it.',
  }),
  setting({
    env: 'LIVE_CHANNELS',
    key: 'liveChannels',
    group: 'live',
    default: '',
    ...namedFolders(),
    doc: 'Further cameras with folders elsewhere, such as line2=/mnt/line2,exit=/mnt/exit/images. A folder may hold images, or original/ and labeled/.',
  }),
  setting({
    env: 'LIVE_STALE_SEC',
    key: 'liveStaleSec',
    group: 'live',
    unit: 's',
    default: '30',
    ...secondsByName(),
    doc: 'A live picture older than this is shown as old, for a slower camera one older than three of its usual intervals; or exactly for single cameras, as in 30,line2=120.',
  }),
  setting({
    env: 'MAX_FILE_SIZE',
    key: 'maxFileSize',
    group: 'live',
    unit: 'bytes',
    default: '52428800',
    ...wholeNumber(1024, maxFileBytes),
    doc: 'Largest picture that can be uploaded.',
  }),
  setting({
    env: 'WS_PING_INTERVAL',
    key: 'wsPingInterval',
    group: 'live',
    unit: 'ms',
    default: '30000',
    ...wholeNumber(1_000, 600_000),
    doc: 'Time between two pings on a WebSocket of live images; a client that does not answer one is disconnected at the next.',
  }),
  setting({
    env: 'MAX_RECONNECT_ATTEMPTS',
    key: 'maxReconnectAttempts',
    group: 'live',
    unit: 'tries',
    default: '5',
    ...wholeNumber(0, 100),
    doc: 'Number of attempts to reconnect a lost WebSocket before a live page falls back to HTTP; it keeps trying.',
  }),
  setting({
    env: 'RECONNECT_DELAY',
    key: 'reconnectDelay',
    group: 'live',
    unit: 'ms',
    default: '3000',
    ...wholeNumber(100, 600_000),
    doc: 'Time between two such attempts.',
  }),
] as const;

/** `name=/absolute/folder`, separated by commas. */
function namedFolders(): Kind<string[]> {
  const { schema } = commaList();
  const isEntry = (entry: string) => /^[^=]{1,60}=(?:\/|[A-Za-z]:[\\/]).*$/.test(entry);
  return {
    allowed: 'a list such as line2=/mnt/line2,exit=/mnt/exit, with absolute folders',
    schema: schema.refine((entries) => entries.every(isEntry)),
  };
}

/** Seconds for all cameras, and `name=seconds` for single ones. */
function secondsByName(): Kind<string[]> {
  const { schema } = commaList();
  const isEntry = (entry: string) => /^(?:[^=]{1,60}=)?[1-9]\d{0,5}$/.test(entry);
  return {
    allowed: 'whole seconds, then name=seconds for single cameras, with commas between them',
    schema: schema.refine(
      (entries) => entries.every(isEntry) && entries.filter((entry) => !entry.includes('=')).length <= 1,
    ),
  };
}
