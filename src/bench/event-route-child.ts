/** The reference of `events`: a bare route that inserts what it is sent by a prepared statement, each request flushed to the disk. */
import { serve } from '@hono/node-server';
import BetterSqlite from 'better-sqlite3';
import { Hono } from 'hono';

const [, , path = '', port = '0'] = process.argv;
type Sent = {
  timestamp: string;
  worker_id: string;
  workstation_id: string;
  event_type: string;
  count?: number;
};
const database = new BetterSqlite(path);
database.pragma('journal_mode = wal');
database.pragma('synchronous = full');
database.exec(
  'create table events (id integer primary key, at integer, worker text, station text, kind text, count integer)',
);
const insert = database.prepare(
  'insert into events (at, worker, station, kind, count) values (?, ?, ?, ?, ?)',
);
const write = (one: Sent) =>
  insert.run(Date.parse(one.timestamp), one.worker_id, one.workstation_id, one.event_type, one.count ?? 0);
const writeAll = database.transaction((list: Sent[]) => {
  for (const one of list) write(one);
});

const app = new Hono()
  .post('/api/events', async (c) => {
    write(await c.req.json<Sent>());
    return c.json({ message: 'Event ingested successfully' }, 201);
  })
  .post('/api/events/batch', async (c) => {
    writeAll(await c.req.json<Sent[]>());
    return c.json({ message: 'Events ingested successfully' }, 201);
  });
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(port) }, () => process.send?.('ready'));
process.on('disconnect', () => process.exit());
