import { expect, test, vi } from 'vitest';
import { createTestApp } from '../testing/test-app.ts';

const early = {
  shownCycle: '7@2025-09-01',
  fromDate: '2025-09-01',
  cycleDays: '7',
  cycleFrom: '2025-09-01',
  'shift-0-name': 'Early',
  'shift-0-start': '06:00',
  'shift-0-end': '10:25',
  'shift-0-breaks': '08:00–08:30',
  'shift-0-day[]': '6',
  'shift-1-name': 'Late',
  'shift-1-start': '10:25',
  'shift-1-end': '18:00',
  'shift-1-day[]': '6',
};

/** 10:30:15 on Saturday, 6 September 2025, in Seoul. */
async function startPlant() {
  const app = await createTestApp({
    // Two images a minute from 10:15 to 10:24:30.
    images: Array.from({ length: 20 }, (_, i) => {
      const time = `10${15 + (i >> 1)}${i % 2 === 0 ? '00' : '30'}`;
      return `S9/P1/OK-20250906-${time}-${i}.jpg`;
    }),
  });
  const post = (path: string, form: Record<string, string>) =>
    app.request(path, {
      method: 'POST',
      headers: { accept: 'text/html' },
      body: new URLSearchParams(form),
    });
  /** Saves a plan as its form does, which says what it showed. */
  const save = async (form: Record<string, string>) => {
    const shown = await app.text(`/plant/shifts?edit=${form.fromDate}`);
    const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(shown)?.[1] ?? '';
    const isKnown = hidden('edited') === form.fromDate;
    return post('/plant/shifts', {
      edited: isKnown ? hidden('edited') : '',
      changed: isKnown ? hidden('changed') : '',
      ...form,
    });
  };
  return { app, post, save };
}

test('a saved plan is drawn, gives every period control its shifts, and is read by programs', async () => {
  const { app, save } = await startPlant();
  await using _ = app;
  expect(await app.text('/inspections')).not.toContain('period-shift');
  expect((await app.request('/api/v1/yield?period=shift')).status).toBe(400);
  expect(await app.text('/plant/shifts')).toMatch(/name="shift-0-name" value="Day"/);
  expect(await app.text('/plant/shifts?like=three')).toMatch(/value="Early".*value="Late".*value="Night"/s);

  const saved = await save(early);
  expect([saved.status, saved.headers.get('location')]).toEqual([303, '/plant/shifts?done=set']);
  const page = await app.text('/plant/shifts');
  expect(page).toMatch(/Early 06:00–10:25 <span class="quiet">3.92 h planned/);
  expect(page).toMatch(/class="today">.*Late 10:25–18:00/s);
  expect(await app.json('/api/v1/plant/shifts')).toMatchObject({
    timeZone: 'Asia/Seoul',
    plans: [{ fromDate: '2025-09-01', plan: { shifts: [{ name: 'Early' }, { name: 'Late' }] } }],
  });

  expect(await app.text('/inspections')).toContain('id="period-last-shift"');
  const countOf = async (period: string) =>
    /<b>(\d+)<\/b> records?/.exec(await app.text(`/inspections?period=${period}`))?.[1];
  expect([await countOf('shift'), await countOf('last-shift')]).toEqual(['0', '20']);
  const last = await app.text('/inspections?period=last-shift');
  expect(last).toMatch(/rel="next nofollow" href="\/inspections\?period=shift"/);
  expect((await app.request('/api/stats?period=last-shift', { method: 'POST' })).status).toBe(200);
});

test('outside planned time a station is not scheduled, and in it silent', async () => {
  const { app, save } = await startPlant();
  await using _ = app;
  const stateAt = async (local: string) => {
    app.clock.set(Date.parse(`2025-09-06T${local}:00+09:00`));
    const read = async () => (await app.services.inspections.reads.states.read(1)).state?.code ?? null;
    // The scanner has not been heard of since the clock was moved.
    await vi.waitFor(async () => expect(await read()).not.toBe('sourceOffline'), { timeout: 10_000 });
    return read();
  };
  await save(early);
  await save({ ...early, 'shift-1-end': '12:00', 'shift-1-breaks': '11:00–11:30' });
  expect([
    await stateAt('10:59'),
    await stateAt('11:10'),
    await stateAt('11:40'),
    await stateAt('12:10'),
  ]).toEqual(['silent', 'notScheduled', 'silent', 'notScheduled']);
});

test('a wall follows the shifts, and today once they are removed', async () => {
  const { app, post, save } = await startPlant();
  await using _ = app;
  const tile = '/inspections/tile?id=1';
  expect(await app.text('/wall')).not.toContain('<option value="shift"');
  await save(early);
  expect(await app.text('/wall')).toContain('<option value="shift"');
  await post('/wall', { name: 'Hall', period: 'last-shift', dwell: '15', [`add:${tile}`]: '1' });
  expect(await app.text('/wall/Hall')).toMatch(/Last shift.*OK.*20/s);
  await post('/plant/shifts/remove', { fromDate: '2025-09-01' });
  const wall = await app.text('/wall/Hall');
  expect(wall).toMatch(/Today.*OK.*20/s);
  expect(wall).not.toContain('Last shift');
});

test('a plan that cannot be is refused with its place, keeps what was typed, and changes nothing', async () => {
  const { app, post, save } = await startPlant();
  await using _ = app;
  const refused = await save({ ...early, 'shift-1-start': '10:00' });
  expect(refused.status).toBe(400);
  const page = await refused.text();
  expect(page).toContain('Shift &quot;Late&quot; on day 6 starts before &quot;Early&quot; ends.');
  expect(page).toContain('value="08:00–08:30"');
  expect(await app.json('/api/v1/plant/shifts')).toMatchObject({ plans: [] });

  const longer = await save({ ...early, cycleDays: '9' });
  expect(longer.status).toBe(400);
  expect(await longer.text()).toContain('The cycle is another one now.');
  const draft = await post('/plant/shifts/draft', { ...early, cycleDays: '9' });
  expect(await draft.text()).toMatch(/value="9"\s*>\s*<span>9</);
  expect(await app.json('/api/v1/plant/shifts')).toMatchObject({ plans: [] });
});

test('nobody’s change is overwritten unseen, and a plan that is gone is not removed again', async () => {
  const { app, post, save } = await startPlant();
  await using _ = app;
  await save(early);
  const stale = await post('/plant/shifts', { ...early, edited: '2025-09-01', changed: '5' });
  expect(await stale.text()).toContain('Somebody changed this plan meanwhile.');
  const other = await post('/plant/shifts', { ...early, edited: '2025-08-01', changed: '5' });
  expect(await other.text()).toContain('There is a plan from 2025-09-01 already.');
  await save({ ...early, fromDate: '2025-10-01' });
  const day = { 'exception-0-date': '2025-10-03', 'exception-0-shifts': 'Early' };
  expect(await (await save({ ...early, ...day })).text()).toContain('belongs to the plan from 2025-10-01');
  expect((await save({ ...early, ...day, 'exception-0-shifts': '' })).status).toBe(303);
  expect((await post('/plant/shifts/remove', { fromDate: '2024-01-01' })).status).toBe(404);
});

test('where there is no such shift, pages show today and programs are refused', async () => {
  const { app, save } = await startPlant();
  await using _ = app;
  await save({ ...early, fromDate: '2025-09-06' });
  // 10:30: the second shift of the first day.
  expect(await app.text('/inspections')).toContain('id="period-last-shift"');
  app.clock.set(Date.parse('2025-09-06T09:00:00+09:00'));
  const page = await app.text('/inspections?period=last-shift&kiosk=1');
  expect(page).toContain('Today');
  expect((await app.request('/api/v1/yield?period=last-shift')).status).toBe(400);
  expect((await app.request('/api/v1/yield?period=shift')).status).toBe(200);
});

test('a removed plan is gone for pages and programs, and the learnt hours hold again', async () => {
  const { app, post, save } = await startPlant();
  await using _ = app;
  await save(early);
  await save({ ...early, fromDate: '2025-10-01' });
  const removed = await post('/plant/shifts/remove', { fromDate: '2025-09-01' });
  expect(removed.headers.get('location')).toBe('/plant/shifts?done=remove');
  expect(await app.json('/api/v1/plant/shifts')).toMatchObject({ plans: [{ fromDate: '2025-10-01' }] });
  await post('/plant/shifts/remove', { fromDate: '2025-10-01' });
  expect(await app.text('/inspections')).not.toContain('period-shift');
  expect(await app.text('/plant/shifts')).toContain('No shifts are set');
});
