import type { AlarmView, UsualBasis } from '../alerts/views.ts';
import type { StationAlarmsView } from '../inspections/pages/station-alarms.ts';

const now = Date.parse('2025-09-06T10:30:15+09:00');
const odd = `<b onclick="x">S&4'`;

const basis: UsualBasis = { rate: 0.978, inspections: 21_340, days: 7, parts: [odd, ''], morePartsCount: 2 };

const alarm = (over: Partial<AlarmView> = {}): AlarmView => ({
  station: odd,
  isDemo: true,
  siteLabel: odd,
  href: '/stations/S9',
  key: 'ngBurst',
  beganAt: now - 3_600_000,
  raisedAt: now - 3_000_000,
  endedAt: null,
  ending: null,
  usual: basis,
  target: null,
  acknowledged: { at: now, by: odd, note: odd },
  accepted: null,
  form: { ref: { station: '1', alarm: 'ngBurst', raised: '7' }, from: '2025-09-06T09:30', canAccept: true },
  here: '/alerts',
  ...over,
});

const alarms: AlarmView[] = [
  alarm(),
  alarm({
    key: 'belowTarget',
    usual: null,
    target: { rate: 0.9, isAssumed: true },
    acknowledged: { at: now, by: odd, note: '' },
  }),
  alarm({
    key: 'belowTarget',
    siteLabel: null,
    target: { rate: 0.95, isAssumed: false },
    acknowledged: null,
    form: { ref: {}, from: '2025-09-06T09:30', canAccept: false },
  }),
];
const ended: AlarmView[] = [
  alarm({ endedAt: now, ending: 'back', form: null }),
  alarm({
    key: 'usualYield',
    endedAt: now,
    ending: 'accepted',
    accepted: { at: now, by: odd, stageAt: now },
    form: null,
  }),
  alarm({ endedAt: now, ending: 'revised', usual: null, form: null }),
];

const panel: StationAlarmsView = {
  alarms,
  usual: [
    { part: odd, basis, ng: 470, isEnough: true },
    { part: '', basis: { ...basis, inspections: 340 }, ng: 2, isEnough: false },
  ],
  moreCount: 3,
  pauses: { silentAfterMs: 65_000, hours: 'learnt' },
  targetsHref: '/targets?station=S9',
};

/** What the partials of alarms are shown with. */
export const alertSamples = {
  'alerts/_alarm': [...alarms, ...ended].flatMap((one) => [
    { alarm: one, isOfStation: false },
    { alarm: one, isOfStation: true },
  ]),
  'alerts/_basis': [{ basis }, { basis: { ...basis, morePartsCount: 0 } }],
  'alerts/_list': [{ view: { open: alarms, ended } }, { view: { open: [], ended: [] } }],
  'stations/_alarms': [
    { view: panel },
    {
      view: {
        ...panel,
        alarms: [],
        usual: [],
        moreCount: 0,
        pauses: { silentAfterMs: 60_000, hours: 'none' },
      },
    },
    { view: { ...panel, pauses: null } },
  ],
};
