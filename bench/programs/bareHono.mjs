// The least that a server of this kind does: Hono, a table of node:sqlite, and its address on standard error once it listens.

import { DatabaseSync } from 'node:sqlite';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const db = new DatabaseSync(process.argv[2]);
db.exec('PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, body TEXT)');
const row = db.prepare('SELECT body FROM runs WHERE id = ?');
const app = new Hono();
app.get('/v1/version', (c) => c.json({ version: '1' }));
app.get('/v1/runs/:id', (c) => c.json(row.get(c.req.param('id')) ?? null));
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.error(`listening on http://127.0.0.1:${port}`));
