import { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import { sendRevalidated } from '../kernel/http/etag.ts';
import { may } from '../kernel/http/guards/may.ts';
import { clientFileNames, createClientFiles } from './client-files.ts';

/** `/client/linesight.js`, its types and `/client/linesight.py`: code without secrets, public as static files are. */
export function mountClient(): Hono<AppEnv> {
  const read = createClientFiles();
  const app = new Hono<AppEnv>();
  for (const name of clientFileNames) {
    app.get(`/client/${name}`, may('public'), (c) => {
      const { type, text } = read(name);
      return sendRevalidated(c, text, type);
    });
  }
  return app;
}
