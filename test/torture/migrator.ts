// A process that brings a database to the current version: `migrator.ts FILE`. Run, and killed, by a test.
import { openDatabase } from '../../src/server/database.js';

openDatabase(process.argv[2] ?? '', 2).db.close();
