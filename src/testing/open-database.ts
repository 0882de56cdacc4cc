/** A process of its own that opens a database, as a start of the product does, and prints what became of it. */

import { createLog } from '../kernel/log.ts';
import { systemClock } from '../kernel/time/clock.ts';
import { openDb } from '../schema/db.ts';

const [, , path = '', url] = process.argv;
const log = createLog({ level: 'silent', pretty: false });
try {
  const { db } = await openDb({ path, url, clock: systemClock, log });
  await db.read.select().from(db.tables.stations);
  await db.close();
  console.log('opened');
} catch (error) {
  console.log((error as Error).message);
}
