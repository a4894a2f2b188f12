/**
 * Event ids that say where a stream stands, so that `tail --after ID` goes on in a new process that sees only the present.
 *
 * What a watcher tells are facts: versions of items, each with the server's own change time. An id names its event and holds
 * the position after it: everything changed at or before `mark` was told, and after it exactly the few facts in `recent`.
 * The list makes up for reads that are not one snapshot (the run is read before its timeline) and for equal times. What a
 * run did before the watch began is told in the order it was created; there the id also holds how far that order was told.
 *
 * Form: `<fact><run>-<mark>-<recent...>[-<backlog end>-<backlog place>]`, numbers in base 36.
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

const isStatus = ({ body }: Fact): boolean => body.type === 'status';

/** The change time of what is told after everything else. */
export const LAST = Number.MAX_SAFE_INTEGER;

/** The change time of the newest fact, 0 for none. */
export const newestChange = (facts: readonly Fact[]): number =>
  facts.reduce((newest, { changedAt }) => (changedAt === LAST ? newest : Math.max(newest, changedAt)), 0);

const RECENT = 8;
const HASH_LENGTH = 5;
const PLACE = '([0-9a-z]{1,11})\\.([0-9a-z])([0-9a-z]{5})';
const ID = new RegExp(`^([0-9a-z]{5})([0-9a-z]{3})-${PLACE}-((?:[0-9a-z]{5}){0,64})(?:-([0-9a-z]{1,11})-${PLACE})?$`);

function hash(text: string, length: number): string {
  const number = createHash('sha256').update(text).digest().readBigUInt64BE();
  return number.toString(36).padStart(13, '0').slice(-length);
}

/** A moment, and an order within it. */
interface Place {
  /** Microseconds since the epoch. */
  readonly at: number;
  readonly rank: number;
  readonly hash: string;
}

interface Backlog {
  /** What changed then or later is no part of it: more may change at the newest moment. */
  readonly end: number;
  readonly told: Place;
}

const compare = (a: Place, b: Place): number => a.at - b.at || a.rank - b.rank || (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0);
const isUndated = ({ at }: Place): boolean => Number.isNaN(at);
const NOWHERE: Place = { at: 0, rank: 0, hash: '00000' };
const format = ({ at, rank, hash }: Place): string => `${at.toString(36)}.${rank.toString(36)}${hash}`;
const parse = (at = '', rank = '', hash = ''): Place => ({ at: Number.parseInt(at, 36), rank: Number.parseInt(rank, 36), hash });

export class Cursor {
  readonly #runId: string;
  readonly #runHash: string;
  /** In the order of changes. */
  #mark = NOWHERE;
  /** What was told after the mark, newest first; of an id without times, these are last. */
  #recent: Place[] = [];
  /** The last status that was told. */
  #status: Place | null = null;
  #backlog: Backlog | null = null;
  /** Counted from a number of the run's own, so that no two are alike. */
  readonly #firstOther: number;
  #others = 0;

  constructor(runId: string) {
    this.#runId = runId;
    this.#runHash = hash(runId, 3);
    this.#firstOther = Number.parseInt(hash(`${runId}\0others`, HASH_LENGTH), 36);
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
    const [, , , markAt, markRank, markHash, recent = '', end, at, rank, placeHash] = match;
    cursor.#mark = parse(markAt, markRank, markHash);
    const hashes = recent.match(/.{5}/g) ?? [];
    cursor.#recent = hashes.map((each) => ({ at: Number.NaN, rank: 0, hash: each }));
    if (end !== undefined) cursor.#backlog = { end: Number.parseInt(end, 36), told: parse(at, rank, placeHash) };
    return cursor;
  }

  /**
   * What of a first look at the run is still to be told, in order, each with its id. Later looks go through `news`.
   * @param facts all facts of that look
   * @param horizon everything that changed before it is among them; a look of several reads ends with the earliest of them
   */
  first(facts: readonly Fact[], horizon: number = newestChange(facts)): ToldFact[] {
    const all = facts.map((fact) => ({ fact, changed: this.#changed(fact) }));
    this.#dateRecent(all.map(({ changed }) => changed));
    const fresh = this.#mark.at === 0 && this.#backlog === null;
    const end = this.#backlog?.end ?? (fresh ? horizon : 0);
    const before = this.#backlog?.told ?? NOWHERE;
    // Statuses were looked through before: `unheard`.
    const open = all.filter(({ fact, changed }) => isStatus(fact) || !this.#isMarked(changed));
    const backlog = open
      .filter(({ fact }) => fact.changedAt < end)
      .map(({ fact, changed }) => ({ fact, place: { ...changed, at: fact.createdAt } }))
      .filter(({ fact, place }) => isStatus(fact) || compare(place, before) > 0)
      .sort((a, b) => compare(a.place, b.place));
    const told = backlog.map(({ fact, place }) => {
      this.#backlog = { end, told: compare(place, before) > 0 ? place : before };
      return { fact, id: this.#id(place.hash) };
    });
    this.#backlog = null;
    for (const { fact, changed } of open) if (fact.changedAt < end) this.#note(changed, fact);
    return [...told, ...this.news(open.flatMap(({ fact }) => (fact.changedAt < end ? [] : [fact])))];
  }

  /** Facts of a later look that were not told yet, in the order in which they changed. */
  news(facts: readonly Fact[]): ToldFact[] {
    const order = facts.map((fact) => ({ fact, changed: this.#changed(fact) })).sort((a, b) => compare(a.changed, b.changed));
    return order.map(({ fact, changed }) => {
      this.#note(changed, fact);
      return { fact, id: this.#id(changed.hash) };
    });
  }

  /**
   * Of the statuses of a first look, in their order, those that were not told before the id that this cursor came from. A run is
   * read apart from its details, so times alone do not say: what was told after the last one that is known to be told was not.
   */
  unheard(statuses: readonly Fact[]): readonly Fact[] {
    const last = statuses.findLastIndex((fact) => this.#isListed(this.#changed(fact)));
    return last >= 0 ? statuses.slice(last + 1) : statuses.filter((fact) => !this.#wasTold(fact));
  }

  #wasTold(fact: Fact): boolean {
    const changed = this.#changed(fact);
    if (this.#isMarked(changed)) return true;
    if (this.#backlog === null || fact.changedAt >= this.#backlog.end) return false;
    return compare({ ...changed, at: fact.createdAt }, this.#backlog.told) <= 0;
  }

  /** The id of an event that is no fact: a notice, a retry, the result. It holds the position too; a day without network has thousands of them. */
  other(): string {
    const own = (this.#firstOther + ++this.#others) % 36 ** HASH_LENGTH;
    return this.#id(own.toString(36).padStart(HASH_LENGTH, '0'));
  }

  /** A cursor read from an id knows hashes without times; a look at the run tells when those versions came to be. */
  #dateRecent(changes: readonly Place[]): void {
    if (!this.#recent.some(isUndated)) return;
    const known = new Map(changes.map((changed) => [changed.hash, changed]));
    this.#recent = this.#recent.map((told) => known.get(told.hash) ?? { ...this.#mark, hash: told.hash }).sort((a, b) => compare(b, a));
  }

  #changed(fact: Fact): Place {
    return { at: fact.changedAt, rank: fact.rank, hash: hash(`${this.#runId}\0${fact.key}\0${fact.version}`, HASH_LENGTH) };
  }

  #isMarked(changed: Place): boolean {
    return compare(changed, this.#mark) <= 0 || this.#isListed(changed);
  }

  #isListed = ({ hash: wanted }: Place): boolean => this.#status?.hash === wanted || this.#recent.some((told) => told.hash === wanted);

  #note(changed: Place, fact: Fact): void {
    if (isStatus(fact)) this.#status = changed;
    if (compare(changed, this.#mark) <= 0) return; // came late: the list has no room for it, the mark covers it
    const at = this.#recent.findIndex((told) => isUndated(told) || compare(told, changed) < 0);
    this.#recent.splice(at < 0 ? this.#recent.length : at, 0, changed);
    // The mark goes by times: what has none yet stays in the list.
    while (this.#recent.length > RECENT && !this.#recent.some(isUndated)) {
      const excess = this.#recent.pop() as Place;
      if (compare(excess, this.#mark) > 0) this.#mark = excess;
    }
  }

  #id(own: string): string {
    const recent = [...new Set([...this.#recent, ...(this.#status ? [this.#status] : [])].map((told) => told.hash))].join('');
    const position = `${own}${this.#runHash}-${format(this.#mark)}-${recent}`;
    return this.#backlog ? `${position}-${this.#backlog.end.toString(36)}-${format(this.#backlog.told)}` : position;
  }
}
