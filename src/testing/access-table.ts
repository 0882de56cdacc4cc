import type { Access } from '../kernel/auth/principal.ts';

/**
 * Who may use a route, and a request that it answers in a plant whose station S9 has the image with the id 1;
 * `<path>` stands for the full path of that image.
 */
export type AccessRow = { route: string; access: Access; example: string };

const row =
  (access: Access) =>
  (route: string, example = pathOf(route)): AccessRow => ({ route, access, example });
const anybody = row('public');
const look = row('look');
const self = row('self');
const operate = row('operate');
const administer = row('administer');
const entrust = row('entrust');
const ingestImages = row('ingest:images');

/** Every route of the product, by hand: the test fails for a new route until its access is decided. */
export const accessTable: readonly AccessRow[] = [
  look('WS /'),
  look('GET /'),
  look('WS /ws/images'),
  look('GET /live'),
  look('GET /live/latest'),
  look('GET /live/performance'),
  look('GET /live/station/:name', '/live/station/S9'),
  look('GET /live/folder/:camera', '/live/folder/main'),
  look('GET /live/:camera', '/live/main'),
  anybody('GET /static/*', '/static/css/base.css'),
  look('GET /inspections'),
  look('GET /inspections/cards'),
  look('GET /inspections/export.csv'),
  look('GET /inspections/:id{[0-9]+}', '/inspections/1'),
  anybody('GET /login'),
  anybody('POST /login'),
  anybody('POST /logout'),
  anybody('GET /setup'),
  anybody('POST /setup'),
  anybody('GET /kiosk/:secret{[\\w-]{43}}', `/kiosk/${'x'.repeat(43)}`),
  self('GET /account'),
  self('POST /account/password'),
  self('POST /account/sessions/:id{[0-9]{1,15}}/end', '/account/sessions/999/end'),
  entrust('GET /users'),
  entrust('POST /users'),
  entrust('GET /users/:id{[0-9]{1,15}}', '/users/1'),
  entrust('POST /users/:id{[0-9]{1,15}}/role', '/users/999/role'),
  entrust('POST /users/:id{[0-9]{1,15}}/password', '/users/999/password'),
  entrust('POST /users/:id{[0-9]{1,15}}/disable', '/users/999/disable'),
  entrust('POST /users/:id{[0-9]{1,15}}/enable', '/users/999/enable'),
  entrust('GET /tokens'),
  entrust('POST /tokens'),
  entrust('POST /tokens/:id{[0-9]{1,15}}/revoke', '/tokens/999/revoke'),
  entrust('GET /kiosk-links'),
  entrust('POST /kiosk-links'),
  entrust('POST /kiosk-links/:id{[0-9]{1,15}}/revoke', '/kiosk-links/999/revoke'),
  entrust('GET /audit'),
  operate('POST /inspections/rescan'),
  look(
    'GET /images/:id{[0-9]{1,15}}/:revision{[0-9]{1,15}}/:size{[a-z0-9]+[.](?:webp|jpg)}',
    '/images/1/0/strip.webp',
  ),
  look('GET /images/:id{[0-9]{1,15}}/:revision{[0-9]{1,15}}/original', '/images/1/0/original'),
  look('GET /api/v1/live/cameras'),
  look('GET /api/v1/live/images'),
  look('GET /api/v1/live/images/:id{[0-9]+}', '/api/v1/live/images/1'),
  look('GET /api/v1/live/coils'),
  look('GET /latest/:type?', '/latest'),
  look('GET /list/:type?', '/list'),
  look('GET /image/:type/:filename', '/image/mock/demo.svg'),
  look('GET /stats'),
  ingestImages('POST /upload/pair'),
  look(
    'GET /live/images/:id{[0-9]{1,15}}/:revision{[0-9]{1,15}}/:size{[0-9]{3,4}[.](?:webp|jpg)}',
    '/live/images/1/0/640.webp',
  ),
  look('GET /live/images/:id{[0-9]{1,15}}/:revision{[0-9]{1,15}}/original', '/live/images/1/0/original'),
  operate('POST /images/:id{[0-9]{1,15}}/retry', '/images/1/retry'),
  operate('POST /inspections/:id{[0-9]{1,15}}/verdict', '/inspections/1/verdict'),
  look('GET /stations/:station', '/stations/S9'),
  look('GET /station/summary', '/station/summary?station=S9'),
  look('GET /station/trend', '/station/trend?station=S9'),
  look('GET /station/parts', '/station/parts?station=S9'),
  look('GET /station/hours', '/station/hours?station=S9'),
  look('GET /station/gaps', '/station/gaps?station=S9'),
  look('GET /station/alarms', '/station/alarms?station=S9'),
  look('GET /alerts'),
  look('GET /alerts/list'),
  operate('POST /alerts/acknowledge'),
  operate('POST /alerts/accept'),
  look('GET /targets'),
  administer('POST /targets'),
  look('GET /overview'),
  look('GET /overview/stations'),
  look('GET /plant/now'),
  look('GET /sources'),
  look('GET /sources/status'),
  look('GET /settings'),
  anybody('POST /preferences'),
  administer('POST /demo/start'),
  look('GET /retention'),
  look('GET /retention/status'),
  administer('POST /retention/run'),
  look('GET /api/v1/retention'),
  administer('POST /api/v1/retention/run'),
  look('GET /openapi.json'),
  look('GET /docs'),
  look('GET /docs/swagger-ui.css'),
  look('GET /docs/swagger-ui-bundle.js'),
  anybody('GET /health'),
  anybody('GET /health/ready'),
  look('GET /metrics'),
  look('GET /plant/stations'),
  look('GET /plant/stations/:id{[0-9]{1,15}}', '/plant/stations/1'),
  administer('POST /plant/stations/:id{[0-9]{1,15}}/rename', '/plant/stations/1/rename'),
  administer('POST /plant/stations/:id{[0-9]{1,15}}/merge', '/plant/stations/1/merge'),
  administer('POST /plant/stations/:id{[0-9]{1,15}}/separate', '/plant/stations/1/separate'),
  administer('POST /plant/stations/:id{[0-9]{1,15}}/hide', '/plant/stations/1/hide'),
  administer('POST /plant/stations/:id{[0-9]{1,15}}/show', '/plant/stations/1/show'),
  look('GET /system'),
  look('GET /system/figures'),
  look('GET /stream', '/stream?topics=/sources/status'),
  look('GET /stream/snapshot', '/stream/snapshot?topics=/sources/status'),
  look('GET /api/meta'),
  operate('POST /api/scan'),
  look('POST /api/stats'),
  look('GET /img', '/img?path=<path>'),
  look('GET /thumb', '/thumb?path=<path>'),
  look('GET /api/v1/stations'),
  look('GET /api/v1/sites'),
  look('GET /api/v1/parts'),
  look('GET /api/v1/inspections'),
  look('GET /api/v1/inspections/:id{[0-9]+}', '/api/v1/inspections/1'),
  look('GET /api/v1/yield'),
  look('GET /api/v1/sources'),
  operate('POST /api/v1/rescan'),
];

function pathOf(route: string): string {
  return route.slice(route.indexOf(' ') + 1);
}
