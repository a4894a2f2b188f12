/**
 * Event ids that say where a stream stands, so that `tail --after ID` goes on in a new process that sees only the present.
 *
 * What a watcher tells are facts: versions of items, each with the server's own change time. An id names its event and holds
 * the position after it: everything changed at or before `mark` was told, and after it exactly the few facts in `recent`.
 * The list makes up for reads that are not one snapshot (the run is read before its timeline) and for equal times. What a
 * run did before the watch began is told in the order it was created; there the id also holds how far that order was told.
 *
 * Form: `<fact><run>-<mark>-<recent...>[-<backlog end>-<backlog position>]`, all in base 36.
 */
import { createHash } from 'node:crypto';
import { UsageError } from '../errors.js';
import type { RunEventBody } from './events.js';

/** One version of one item of a run. */
export interface Fact {
  /** The item: unique in its run. */
  readonly key: string;
  /** What makes this version another one than the last. */
  readonly version: string;
  /** Microseconds since the epoch, by the server; `LAST` for the end of a run. */
  readonly changedAt: number;
  readonly createdAt: number;
  /** Order among facts of the same moment: a block before its actions, an action before its screenshot. */
  readonly rank: number;
  readonly body: RunEventBody;
}

/** A fact about to be told, with the id of its event. */
export interface ToldFact {
  readonly fact: Fact;
  readonly id: string;
}

/** The change time of what is told after everything else. */
export const LAST = Number.MAX_SAFE_INTEGER;

const RECENT = 8;
const HASH_LENGTH = 5;
const ID =
  /^([0-9a-z]{5})([0-9a-z]{3})-([0-9a-z]{1,11})-((?:[0-9a-z]{5}){0,64})(?:-([0-9a-z]{1,11})-([0-9a-z]{1,11})\.([0-9a-z])([0-9a-z]{5}))?$/;

function hash(text: string, length: number): string {
  const number = createHash('sha256').update(text).digest().readBigUInt64BE();
  return number.toString(36).padStart(13, '0').slice(-length);
}

interface Told {
  readonly changedAt: number;
  readonly hash: string;
}

interface Place {
  readonly createdAt: number;
  readonly rank: number;
  readonly hash: string;
}

interface Backlog {
  /** The newest change time in it: what changed later is no part of it. */
  readonly end: number;
  readonly told: Place | null;
}

const comparePlaces = (a: Place, b: Place): number =>
  a.createdAt - b.createdAt || a.rank - b.rank || (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0);

export class Cursor {
  readonly #runId: string;
  readonly #runHash: string;
  #mark = 0;
  /** Newest first by change time. */
  #recent: Told[] = [];
  #backlog: Backlog | null = null;
  #others = 0;

  constructor(runId: string) {
    this.#runId = runId;
    this.#runHash = hash(runId, 3);
  }

  /** @throws UsageError for a text that is no event id of this run */
  static after(id: string, runId: string): Cursor {
    const cursor = new Cursor(runId);
    const match = ID.exec(id);
    if (!match || match[2] !== cursor.#runHash) {
      throw new UsageError(match ? `event ${id} belongs to another run than ${runId}` : 'that is not an event id', {
        code: 'unknown_event',
        hint: `take the id of an event from \`skyvern run tail ${runId} --output ndjson\``,
      });
    }
    const [, , , mark = '', recent = '', end, createdAt = '', rank = '', placeHash = ''] = match;
    cursor.#mark = Number.parseInt(mark, 36);
    const hashes = recent.match(/.{5}/g) ?? [];
    cursor.#recent = hashes.map((each) => ({ changedAt: Number.NaN, hash: each }));
    if (end !== undefined) {
      const told = { createdAt: Number.parseInt(createdAt, 36), rank: Number.parseInt(rank, 36), hash: placeHash };
      cursor.#backlog = { end: Number.parseInt(end, 36), told };
    }
    return cursor;
  }

  /**
   * What of a first look at the run is still to be told, in order, each with its id. Later looks go through `news`.
   * @param facts all facts of that look
   */
  first(facts: readonly Fact[]): ToldFact[] {
    const placed = facts.map((fact) => ({ fact, hash: this.#hash(fact), createdAt: fact.createdAt, rank: fact.rank }));
    this.#dateRecent(new Map(placed.map(({ fact, hash }) => [hash, fact.changedAt])));
    const fresh = this.#mark === 0 && this.#backlog === null;
    const end = this.#backlog?.end ?? (fresh ? Math.max(0, ...facts.map((fact) => fact.changedAt).filter((at) => at !== LAST)) : 0);
    const before = this.#backlog?.told ?? null;
    const later: Fact[] = [];
    const backlog = placed.filter((place) => {
      if (this.#isMarked(place.fact, place.hash)) return false;
      if (place.fact.changedAt > end) later.push(place.fact);
      return place.fact.changedAt <= end && (before === null || comparePlaces(place, before) > 0);
    });
    const told = backlog.sort(comparePlaces).map((place) => {
      this.#backlog = { end, told: place };
      return { fact: place.fact, id: this.#id(place.hash) };
    });
    this.#backlog = null;
    for (const { fact, hash } of placed) if (fact.changedAt <= end && !this.#isMarked(fact, hash)) this.#note(fact, hash);
    return [...told, ...this.news(later)];
  }

  /** Facts of a later look that were not told yet, in the order in which they changed. */
  news(facts: readonly Fact[]): ToldFact[] {
    const order = [...facts].sort((a, b) => a.changedAt - b.changedAt || a.rank - b.rank || a.createdAt - b.createdAt);
    return order.map((fact) => {
      const own = this.#hash(fact);
      this.#note(fact, own);
      return { fact, id: this.#id(own) };
    });
  }

  /** Whether a fact was told before the id that this cursor came from. */
  wasTold(fact: Fact): boolean {
    return this.#isMarked(fact, this.#hash(fact));
  }

  /** The id of an event that is no fact: a notice, a retry, the result. It holds the position too. */
  other(name: string): string {
    this.#others++;
    return this.#id(hash(`${this.#runId}\0${name}\0${this.#others}`, HASH_LENGTH));
  }

  /** A cursor read from an id knows hashes without times; a look at the run tells when those versions came to be. */
  #dateRecent(changes: ReadonlyMap<string, number>): void {
    if (!this.#recent.some((told) => Number.isNaN(told.changedAt))) return;
    this.#recent = this.#recent
      .map((told) => ({ hash: told.hash, changedAt: changes.get(told.hash) ?? this.#mark }))
      .sort((a, b) => b.changedAt - a.changedAt);
  }

  #hash(fact: Fact): string {
    return hash(`${this.#runId}\0${fact.key}\0${fact.version}`, HASH_LENGTH);
  }

  #isMarked(fact: Fact, own: string): boolean {
    return fact.changedAt <= this.#mark || this.#recent.some((told) => told.hash === own);
  }

  #note(fact: Fact, own: string): void {
    if (fact.changedAt <= this.#mark) return; // came late: the list has no room for it, the mark covers it
    const at = this.#recent.findIndex((told) => told.changedAt < fact.changedAt);
    this.#recent.splice(at < 0 ? this.#recent.length : at, 0, { changedAt: fact.changedAt, hash: own });
    const excess = this.#recent.length > RECENT ? this.#recent.pop() : undefined;
    if (excess) this.#mark = Math.max(this.#mark, excess.changedAt);
  }

  #id(own: string): string {
    const recent = this.#recent.map((told) => told.hash).join('');
    const position = `${own}${this.#runHash}-${this.#mark.toString(36)}-${recent}`;
    if (!this.#backlog?.told) return position;
    const { end, told } = this.#backlog;
    return `${position}-${end.toString(36)}-${told.createdAt.toString(36)}.${told.rank.toString(36)}${told.hash}`;
  }
}
