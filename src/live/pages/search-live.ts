import { mapFairly } from '../../kernel/jobs/map-fairly.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import {
  bestByName,
  folded,
  maxPlaces,
  type PlacesView,
  type SearchGroup,
  type SearchPlace,
  type SearchSource,
} from '../../plant/contributions/search-source.ts';
import { readMoment, splitOff } from '../../plant/search-text.ts';
import { cameraHref } from '../camera-links.ts';
import type { Live } from '../live.ts';
import type { LiveCamera } from '../model.ts';

/** Searches cameras of folders by name, and coils by their beginning. Stations are found by their inspections. */
export function createLiveSearch(options: {
  live: Pick<Live, 'cameras' | 'queries'>;
  clock: Clock;
  wallClock: WallClock;
}): SearchSource {
  const { live, clock, wallClock } = options;

  const listCameras = () =>
    live.cameras().filter(({ origin, newest }) => origin !== 'station' && Object.keys(newest).length > 0);

  /** The cameras that a coil is looked for at, and its beginning. */
  function splitOffCamera(cameras: readonly LiveCamera[], words: readonly string[]) {
    const { found, rest } = splitOff(words, (text) =>
      cameras.filter(({ key, name }) => [key, name].map(folded).includes(folded(text))),
    );
    const [camera] = found;
    return camera === undefined || rest.length === 0
      ? { camera, cameras, beginning: words.join(' ') }
      : { camera, cameras: [camera], beginning: rest.join(' '), rest };
  }

  async function findCoils(cameras: readonly LiveCamera[], beginning: string): Promise<SearchPlace[]> {
    const found = await mapFairly(cameras, async ({ key, name, channels }) => {
      const channel = channels.original ?? channels.labeled ?? '';
      const coils = await live.queries.coilsBeginning(channel, beginning, maxPlaces + 1);
      return coils.map(({ coil, imageCount, lastAt }) => ({
        href: cameraHref(key, { coil }),
        name: coil,
        site: name || null,
        newestAt: lastAt,
        imageCount,
      }));
    });
    return found
      .flat()
      .sort((a, b) => Number(b.name === beginning) - Number(a.name === beginning) || b.newestAt - a.newestAt);
  }

  return {
    async search({ text, words }) {
      const all = listCameras();
      const { camera, cameras, beginning, rest } = splitOffCamera(all, words);
      const window = rest && readMoment(rest, clock.now(), wallClock);
      const time = window && wallClock.fieldText(window.startAt);
      const fitting = rest && camera ? [camera] : bestByName(all, text, ({ key, name }) => name || key);
      const found = fitting.map(
        ({ key, name, newest }): SearchPlace => ({
          href: cameraHref(key, { time }),
          name,
          site: null,
          newestAt: newest.original?.capturedAt ?? newest.labeled?.capturedAt ?? null,
        }),
      );
      return [
        ...groupOfPlaces('cameras', found),
        ...groupOfPlaces('coils', await findCoils(cameras, beginning)),
      ];
    },

    async examples() {
      const cameras = listCameras();
      const named = cameras.find(({ name }) => name !== '');
      const coil = cameras
        .flatMap(({ newest }) => Object.values(newest))
        .find((image) => image.coil !== null)?.coil;
      return [
        ...(named ? [{ key: 'camera', text: named.name }] : []),
        ...(coil ? [{ key: 'coil', text: coil }] : []),
      ];
    },
  };
}

function groupOfPlaces(key: 'cameras' | 'coils', found: readonly SearchPlace[]): SearchGroup[] {
  if (found.length === 0) return [];
  const view: PlacesView = { key, places: found.slice(0, maxPlaces), isMore: found.length > maxPlaces };
  return [{ key, kind: 'places', template: 'search/_places', view }];
}
