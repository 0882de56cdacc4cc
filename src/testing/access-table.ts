import type { Access } from '../kernel/http/access.ts';

/**
 * Who may use a route, and a request that it answers in a plant whose station S9 has the image with the id 1;
 * `<path>` stands for the full path of that image.
 */
export type AccessRow = { route: string; access: Access; example: string };

const look = (route: string, example = pathOf(route)): AccessRow => ({ route, access: 'look', example });
const change = (route: string, example = pathOf(route)): AccessRow => ({ route, access: 'change', example });

/** Every route of the product, by hand: a new one is refused by the test until somebody has decided who may use it. */
export const accessTable: readonly AccessRow[] = [
  look('GET /'),
  look('GET /static/*', '/static/css/base.css'),
  look('GET /inspections'),
  look('GET /inspections/cards'),
  look('GET /inspections/export.csv'),
  look('GET /inspections/:id{[0-9]+}', '/inspections/1'),
  change('POST /inspections/rescan'),
  look('GET /images/:id{[0-9]{1,15}}/:revision{[0-9]{1,15}}/strip.webp', '/images/1/0/strip.webp'),
  look('GET /images/:id{[0-9]{1,15}}/:revision{[0-9]{1,15}}/card.webp', '/images/1/0/card.webp'),
  look('GET /images/:id{[0-9]{1,15}}/:revision{[0-9]{1,15}}/original', '/images/1/0/original'),
  change('POST /images/:id{[0-9]{1,15}}/retry', '/images/1/retry'),
  look('GET /stations/:station', '/stations/S9'),
  look('GET /station/summary', '/station/summary?station=S9'),
  look('GET /station/trend', '/station/trend?station=S9'),
  look('GET /station/parts', '/station/parts?station=S9'),
  look('GET /station/hours', '/station/hours?station=S9'),
  look('GET /station/gaps', '/station/gaps?station=S9'),
  look('GET /overview'),
  look('GET /overview/stations'),
  look('GET /sources'),
  look('GET /sources/status'),
  look('GET /settings'),
  change('POST /preferences'),
  change('POST /demo/start'),
  look('GET /openapi.json'),
  look('GET /docs'),
  look('GET /docs/swagger-ui.css'),
  look('GET /docs/swagger-ui-bundle.js'),
  look('GET /health'),
  look('GET /stream', '/stream?topics=/sources/status'),
  look('GET /stream/snapshot', '/stream/snapshot?topics=/sources/status'),
  look('GET /api/meta'),
  change('POST /api/scan'),
  look('POST /api/stats'),
  look('GET /img', '/img?path=<path>'),
  look('GET /thumb', '/thumb?path=<path>'),
  look('GET /api/v1/stations'),
  look('GET /api/v1/parts'),
  look('GET /api/v1/inspections'),
  look('GET /api/v1/inspections/:id{[0-9]+}', '/api/v1/inspections/1'),
  look('GET /api/v1/yield'),
  look('GET /api/v1/sources'),
  change('POST /api/v1/rescan'),
];

function pathOf(route: string): string {
  return route.slice(route.indexOf(' ') + 1);
}
