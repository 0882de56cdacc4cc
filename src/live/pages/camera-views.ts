import { writeKeyset } from '../../kernel/db/keyset.ts';
/**
 * Images → what the templates of a camera's page print.
 *
 * Templates and their data:
 *   live/camera        CameraPage
 *   live/_pane         PaneView      one picture
 *   live/_history      CameraPage    strip, scrubber, search (#live-history)
 *   live/_defects      CameraPage    (#live-defects)
 *   live/_camera-nav   CameraPage    previous, next, back to live (#live-nav)
 */
import type { WallClock } from '../../kernel/time/time-zone.ts';
import { stationHref } from '../../plant/links.ts';
import { cameraHref, stationOf } from '../camera-links.ts';
import { type LiveCamera, type LiveImage, type LiveRole, liveImageSrc } from '../model.ts';
import { type PictureState, pictureState, seenAt } from '../newest/picture-state.ts';
import { type CameraQuery, type ViewChoice, viewChoices } from './camera-query.ts';
import type { DefectView } from './defect-table.ts';
import { type FeedSettings, srcset } from './wall-views.ts';

/** Without JavaScript the newest picture comes by itself this often. */
const refreshSec = 5;

export type CameraFacts = {
  camera: LiveCamera;
  /** The picture whose history is shown. */
  role: LiveRole;
  channel: string;
  query: CameraQuery;
  image: LiveImage | null;
  pictures: Partial<Record<LiveRole, LiveImage>>;
  /** Newest first. */
  strip: LiveImage[];
  day: { firstAt: number; lastAt: number } | null;
  coils: string[];
  defects: DefectView | null;
  now: number;
};

export type PaneView = {
  role: LiveRole;
  channel: string;
  image: LiveImage | null;
  src: string;
  srcset: string;
  originalSrc: string;
  /** In the past a camera's second picture may be missing. */
  state: PictureState | 'past' | 'missing';
  /** From when its age counts, epoch ms. */
  seenAt: number | null;
};

export type StripItem = { image: LiveImage; href: string; src: string; isShown: boolean };

export type CameraPage = {
  key: string;
  name: string;
  /** Its pictures are drawn by the program. */
  isDemo: boolean;
  /** Set for the view of an inspection station. */
  station: { name: string; href: string } | null;
  isLive: boolean;
  view: ViewChoice;
  views: readonly ViewChoice[];
  coil: string | null;
  coils: string[];
  image: LiveImage | null;
  panes: PaneView[];
  /** The two pictures were taken at different instants. */
  differs: boolean;
  strip: StripItem[];
  scrubber: { min: number; max: number; value: number } | null;
  /** Local time of the image, as a date field writes it. */
  time: string;
  previousHref: string | null;
  nextHref: string | null;
  olderHref: string | null;
  newerHref: string | null;
  liveHref: string;
  here: string;
  action: string;
  staleAfterMs: number;
  usualIntervalMs: number | null;
  silentSinceAt: number | null;
  offlineReason: string | null;
  defects: DefectView | null;
  feed: FeedSettings;
  refresh: { afterSec: number; href?: string } | null;
};

/** The page of one camera. */
export function cameraView(
  facts: CameraFacts,
  { wallClock, feed, isDemo }: { wallClock: WallClock; feed: FeedSettings; isDemo: boolean },
): CameraPage {
  const { camera, query, image, strip } = facts;
  const { key } = camera;
  const station = stationOf(key);
  const hrefOf = (to: LiveImage | undefined) =>
    to ? cameraHref(key, { ...common, at: writeKeyset(to) }) : null;
  const roles = (['original', 'labeled'] as const).filter((role) => camera.channels[role] !== undefined);
  const common = { view: roles.length > 1 && query.view !== 'both' ? query.view : '', coil: query.coil };
  const shown = strip.findIndex((one) => one.id === image?.id);
  const liveHref = cameraHref(key, common);
  const isLive = query.at === null;
  return {
    ...{ key, name: camera.name, isLive, image, liveHref, feed, isDemo },
    station: station === undefined ? null : { name: station, href: stationHref(station) },
    view: query.view,
    views: roles.length > 1 ? viewChoices : [],
    coil: query.coil,
    coils: facts.coils,
    panes: roles.map((role) => paneView(facts, role)),
    differs: isDifferent(facts.pictures),
    strip: strip.map((one, i) => ({
      image: one,
      href: hrefOf(one) ?? '',
      src: liveImageSrc(one, 320),
      isShown: i === shown,
    })),
    scrubber:
      facts.day && image && facts.day.lastAt > facts.day.firstAt
        ? { min: facts.day.firstAt, max: facts.day.lastAt, value: image.capturedAt }
        : null,
    time: image
      ? `${wallClock.format(image.capturedAt, 'date')}T${wallClock.format(image.capturedAt, 'time')}`
      : '',
    previousHref: hrefOf(strip[shown + 1]),
    nextHref: isLive ? null : hrefOf(strip[shown - 1]),
    olderHref: hrefOf(strip.at(-1)?.id === image?.id ? undefined : strip.at(-1)),
    newerHref: strip[0]?.id === image?.id ? null : hrefOf(strip[0]),
    here: hrefOf(isLive ? undefined : (image ?? undefined)) ?? liveHref,
    action: cameraHref(key),
    staleAfterMs: camera.staleAfterMs,
    usualIntervalMs: camera.usualIntervalMs,
    silentSinceAt: camera.silentSinceAt,
    offlineReason: camera.offlineReason,
    defects: facts.defects,
    refresh: isLive ? { afterSec: refreshSec } : null,
  };
}

function paneView({ camera, pictures, query, now }: CameraFacts, role: LiveRole): PaneView {
  const image = pictures[role];
  const isPast = query.at !== null;
  return {
    role,
    channel: camera.channels[role] ?? '',
    image: image ?? null,
    src: image ? liveImageSrc(image, 960) : '',
    srcset: image ? srcset(image) : '',
    originalSrc: image ? liveImageSrc(image, 'original') : '',
    state: isPast ? (image ? 'past' : 'missing') : pictureState(camera, image, now),
    seenAt: image ? seenAt(image) : null,
  };
}

/** Pictures of one instant carry the same coil, and times of the same second. */
function isDifferent({ original, labeled }: Partial<Record<LiveRole, LiveImage>>): boolean {
  if (!original || !labeled) return false;
  const second = (at: number) => Math.floor(at / 1000);
  return original.coil !== labeled.coil || second(original.capturedAt) !== second(labeled.capturedAt);
}
