import { documentedTables } from './tables.ts';

/*
 * `npm run evaluate:alarms`: what the alarms of stations cost and find, on simulated stations, with the product's own
 * functions. Takes some minutes; every number follows from its seed.
 */
for (const line of documentedTables()) console.log(line);
