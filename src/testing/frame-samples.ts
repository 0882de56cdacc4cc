const now = Date.parse('2025-09-06T10:30:15+09:00');
const odd = `<b onclick="x">S&4'`;

const reasons = ['missing', 'no_permission', 'other'] as const;
const plants = [
  { state: 'online', offline: [], moreOffline: 0, newestAt: now, problems: 1, sweptAt: now - 30_000 },
  { state: 'starting', offline: [], moreOffline: 0, newestAt: null, problems: null, sweptAt: null },
  {
    state: 'offline',
    offline: reasons.map((reasonCode, i) => ({
      path: odd,
      reason: odd,
      reasonCode,
      sinceAt: i === 0 ? null : now,
    })),
    moreOffline: 2,
    newestAt: now,
    problems: null,
    sweptAt: null,
  },
];

const section = {
  key: 'alerts',
  tabs: [
    { key: 'alerts', href: '/alerts', current: true },
    { key: 'targets', href: '/targets', current: false },
  ],
  hasMoreForAdmins: false,
};

/** The data that the partials of the frame, the access pages and the manual are printed with in the states they know. */
export const frameSamples: Readonly<Record<string, readonly object[]>> = {
  'access/_senders': [
    { senders: { listed: [], uses: [] } },
    {
      senders: {
        listed: [odd],
        uses: [{ address: odd, kind: 'scan', lastAt: 0, count: 2 }],
      },
    },
  ],
  'access/_made': [{ title: odd, lines: [{ label: odd, secret: 'ls_x' }] }],
  'access/_notice': [
    { fault: null, done: null },
    { fault: 'wait', values: { duration: '3 s' }, done: null },
    { fault: null, done: 'password' },
  ],
  'access/_password': [{ name: 'password', label: odd }],
  'access/_revoke': [
    { revokedAt: now, action: '/tokens/1/revoke', name: odd },
    { revokedAt: null, action: '/tokens/1/revoke', name: odd },
  ],
  'access/_roles': [{ role: 'admin' }],
  'access/_sign-in-form': [
    { back: `/?${odd}`, name: odd },
    { back: '/', name: '' },
  ],
  'access/_tabs': [{ current: 'users' }],
  'layouts/_account': [
    { account: null, here: `/?${odd}` },
    { account: { name: odd, role: 'viewer' }, here: '/' },
  ],
  'layouts/_bar': plants.flatMap((plant) => [
    { here: '/', plant },
    { here: '/', plant, mayLook: true },
  ]),
  'layouts/_connection': plants.map((plant) => ({ plant })),
  'overview/_sign': plants.flatMap((plant) => [{ plant }, { plant: { ...plant, problems: 2 } }]),
  'overview/_plant-now': plants.map((plant) => ({ plant })),
  'layouts/_zone': [{}],
  'layouts/_wall-head': [{ title: odd }, { title: odd, period: odd, page: 2, pages: 3 }],
  'layouts/_wall-help': [
    { leaveHref: null },
    { leaveHref: '/' },
    { leaveHref: '/wall', editHref: '/wall/x/edit' },
  ],
  'layouts/_help': [{ help: '/manual/inspections#cards' }],
  'manual/_pages': [
    {
      groups: [
        {
          audience: 'line',
          pages: [
            { href: '/manual/live', title: odd, isEnglish: false, isCurrent: true },
            { href: '/manual/api', title: odd, isEnglish: true, isCurrent: false },
          ],
        },
      ],
    },
  ],
  'manual/_search': [{ view: { query: odd, maxQueryLength: 100 } }],
  'layouts/_languages': [{ here: `/?${odd}` }],
  'layouts/_nav': [{}, { withTabs: true }],
  'layouts/_notes': [
    { notes: [] },
    { notes: [{ key: 'open', values: {} }], needsSetUp: true },
    { notes: ['fallback', 'unwritable'].map((key) => ({ key, values: { wanted: odd, used: '/tmp' } })) },
  ],
  'layouts/_tabs': [
    { section: { ...section, hasMoreForAdmins: true }, here: `/?${odd}`, account: null },
    { section, here: '/', account: null },
  ],
  'layouts/_preferences': ['system', 'dark', 'light'].map((theme) => ({
    here: `/?${odd}`,
    theme,
    folded: theme === 'dark',
  })),
  'layouts/_search': [{}],
  'shared/_icon': [{ name: 'left' }, { name: 'left', place: 'first' }],
  'shared/_zoom-tools': [{}],
  'shared/_rescan': [{ rescan: null, here: '/sources' }],
  'shared/_rescan-result': [
    { rescan: null },
    { rescan: { scanned: 1000, added: 2, note: null } },
    { rescan: { scanned: 0, added: 0, note: `watch dir not found: ${odd}` } },
  ],
  'shared/_offline-reason': (
    [
      'missing',
      'not_a_folder',
      'no_permission',
      'not_connected',
      'emptied',
      'no_answer',
      'other',
      null,
    ] as const
  ).map((reasonCode) => ({ source: { reasonCode, reason: odd } })),
};
