import mysql from 'mysql2/promise';
import { answerWithinMs, type Line } from './kept-connection.ts';
import { mysqlConnectionOptions } from './open-mysql.ts';
import { longestSilenceSec } from './postgres-line.ts';

/** Opens a connection to MySQL or MariaDB outside the pool, for its named locks; see `openPostgresLine`. */
export async function openMysqlLine(url: string): Promise<Line<mysql.Connection>> {
  const connection = await mysql.createConnection(mysqlConnectionOptions(url));
  const ended = new Promise((resolve) => {
    connection.on('error', resolve);
    connection.on('end', resolve);
  });
  try {
    await connection.query({
      sql: `set session wait_timeout = ${longestSilenceSec}`,
      timeout: answerWithinMs,
    });
  } catch (error) {
    connection.destroy();
    throw error;
  }
  return {
    connection,
    beat: async () => void (await connection.query({ sql: 'select 1', timeout: answerWithinMs })),
    ended,
    destroy: () => connection.destroy(),
  };
}
