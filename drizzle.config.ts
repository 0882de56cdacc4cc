import { defineConfig } from 'drizzle-kit';

/** `DIALECT=sqlite|postgres|mysql drizzle-kit generate` writes the next migration of that database. */
const dialect = (process.env.DIALECT ?? 'sqlite') as 'sqlite' | 'postgres' | 'mysql';

export default defineConfig({
  dialect: dialect === 'postgres' ? 'postgresql' : dialect,
  schema: `./src/schema/${dialect}.ts`,
  out: `./migrations/${dialect}`,
});
