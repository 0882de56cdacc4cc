import { documented } from '../../kernel/http/api-doc.ts';
import {
  backForm,
  fileQuery,
  filterQuery,
  inspectionAnswer,
  listAnswer,
  listQuery,
  metaAnswer,
  partsAnswer,
  rescanAnswer,
  scanAnswer,
  siteQuery,
  sitesAnswer,
  sourcesAnswer,
  stationsAnswer,
  statsAnswer,
  statsQuery,
  yieldAnswer,
} from './api-schemas.ts';

const tag = 'Inspections';
const ofImgStats = { tag: 'ImgStats', isCompat: true };
const forms = 'Forms of the pages';

/** The API documentation of the inspection routes. */
export const apiDocs = {
  stations: documented({
    tag,
    summary: 'Stations and how they are doing',
    query: siteQuery,
    answer: stationsAnswer,
    example: { path: '/api/v1/stations' },
  }),
  sites: documented({
    tag,
    summary: 'Sites that share this database',
    answer: sitesAnswer,
    example: { path: '/api/v1/sites' },
  }),
  parts: documented({
    tag,
    summary: 'Product models',
    answer: partsAnswer,
    example: { path: '/api/v1/parts' },
  }),
  inspections: documented({
    tag,
    summary: 'Inspections, newest first',
    query: listQuery,
    answer: listAnswer,
    description:
      'Pass what `next` holds back as it is; images that arrive meanwhile move no page. Without `period`, `start` and `end` it reaches back to the first image.',
    refusals: ['invalid'],
    example: { path: '/api/v1/inspections?station=S9&verdict=NG&limit=2' },
  }),
  inspection: documented({
    tag,
    summary: 'One inspection',
    answer: inspectionAnswer,
    refusals: ['not_found'],
    example: { path: '/api/v1/inspections/1' },
  }),
  yield: documented({
    tag,
    summary: 'Yield and its course over time',
    query: filterQuery,
    answer: yieldAnswer,
    description:
      'At most about 60 buckets, cut at whole minutes, hours or days of the site, empty ones included. Without a period the last hour.',
    refusals: ['invalid'],
    example: { path: '/api/v1/yield?station=S9&period=1d' },
  }),
  sources: documented({
    tag,
    summary: 'Watched folders and how they are doing',
    answer: sourcesAnswer,
    example: { path: '/api/v1/sources' },
  }),
  rescan: documented({
    tag,
    summary: 'Sweep all folders now; answers when it is done',
    answer: rescanAnswer,
    refusals: ['unauthorized', 'forbidden'],
    example: { path: '/api/v1/rescan' },
  }),
  meta: documented({
    ...ofImgStats,
    summary: 'Every station that ever had an image, sorted',
    answer: metaAnswer,
    example: { path: '/api/meta' },
  }),
  scan: documented({
    ...ofImgStats,
    summary: 'Sweep all folders now',
    answer: scanAnswer,
    refusals: ['unauthorized', 'forbidden'],
    example: { path: '/api/scan' },
  }),
  stats: documented({
    ...ofImgStats,
    summary: 'Counts and newest images by station',
    query: statsQuery,
    answer: statsAnswer,
    description: 'Presets end with the last full minute; nothing given means the last 24 h.',
    refusals: ['invalid'],
    example: { path: '/api/stats?station=S9&period=1h' },
  }),
  file: documented({
    ...ofImgStats,
    summary: 'The file itself',
    query: fileQuery,
    answer: 'image/jpeg',
    refusals: ['invalid', 'not_found'],
    example: { path: '/img?path=<path>' },
  }),
  thumbnail: documented({
    ...ofImgStats,
    summary: 'A small JPEG of it',
    query: fileQuery,
    answer: 'image/jpeg',
    refusals: ['invalid', 'not_found', 'unavailable'],
    example: { path: '/thumb?path=<path>' },
  }),
  rescanForm: documented({
    tag: forms,
    summary: 'Sweep all folders now',
    form: backForm,
    answer: '',
    status: 303,
    refusals: ['unauthorized', 'forbidden'],
    example: { path: '/inspections/rescan', form: { back: '/sources' } },
  }),
  retryForm: documented({
    tag: forms,
    summary: 'Read an unreadable image again',
    form: backForm,
    answer: '',
    status: 303,
    refusals: ['unauthorized', 'forbidden', 'not_found'],
    example: { path: '/images/1/retry', form: { back: '/inspections/1' } },
  }),
};
