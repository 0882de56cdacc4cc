import type { ImagesView } from '../inspections/pages/search/search-images.ts';
import type { Shot } from '../inspections/pages/shot-view.ts';
import type { PlacesView, SearchPlace } from '../plant/contributions/search-source.ts';

const now = Date.parse('2025-09-06T10:30:15+09:00');
const odd = `<b onclick="x">S&4'`;

const place = (more: Partial<SearchPlace> = {}): SearchPlace => ({
  href: '/stations/S4',
  name: odd,
  site: null,
  newestAt: now,
  ...more,
});

const places: PlacesView[] = [
  { key: 'stations', places: [place({ state: { code: 'running' }, site: odd })], isMore: true },
  { key: 'stations', places: [place({ state: null, newestAt: null })], isMore: false },
  { key: 'models', places: [place({ newestAt: null })], isMore: false },
  { key: 'cameras', places: [place({ name: '' })], isMore: false },
  { key: 'coils', places: [place({ imageCount: 1 }), place({ imageCount: 2000 })], isMore: true },
];

const found = (more: Partial<ImagesView>): ImagesView => ({
  key: 'count',
  text: '1234',
  window: null,
  places: [],
  shots: [],
  note: null,
  href: null,
  ...more,
});

const momentOf = (seconds: number) => ({ startAt: now, endAt: now + seconds * 1000 });

/** The data that the partials of a search are printed with; the images are those of the other pages. */
export function searchSamples(shots: Shot[]): Readonly<Record<string, readonly object[]>> {
  const images: ImagesView[] = [
    found({ shots, places: [odd, 'OR-3CT'], note: { key: 'newest', shown: 60, total: 61 } }),
    found({ shots, key: 'names', text: odd, note: { key: 'newestOf', shown: 60, total: 4999 } }),
    found({ key: 'names', text: 'OK-', note: { key: 'tooMany', shown: 0, total: 5000 } }),
    found({ places: [odd] }),
    ...[1, 60, 86_400].map((seconds) =>
      found({ key: 'moment', text: '', window: momentOf(seconds), href: '/inspections' }),
    ),
  ];
  return {
    'search/_places': places.map((view) => ({ view })),
    'search/_images': images.map((view) => ({ view })),
  };
}
