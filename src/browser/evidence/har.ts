/**
 * What a run's pages asked of the network, as HTTP Archive 1.2.
 *
 * Bodies are not kept: they hold what was typed, in more spellings than any list has. Of the headers only those have a value here
 * that cannot identify anybody. The rest is cleaned of the run's secrets. Bounded whatever a page does.
 */
import type { BrowserContext, Request, Response } from 'playwright-core';
import type { Clock } from '../../clock.js';
import type { Clean } from '../types.js';

/** Of what this file writes, not of the program. */
const HAR_VERSION = '1';
const MAX_ENTRIES = 5_000;
/** Of all entries together: each may have a hundred headers. */
const MAX_CHARACTERS = 20_000_000;
const MAX_TEXT = 2_000;
const HIDDEN = '*****';
const SHOWN_HEADERS =
  /^(?:accept(?:-encoding|-language)?|age|allow|cache-control|content-(?:disposition|encoding|language|length|range|type)|date|expires|host|last-modified|location|origin|pragma|range|referer|server|transfer-encoding|upgrade(?:-insecure-requests)?|user-agent|vary|via|x-content-type-options|x-frame-options)$/i;

interface Entry {
  readonly startedAt: number;
  readonly method: string;
  readonly url: string;
  readonly headers: readonly Header[];
  readonly bodySize: number;
  readonly resourceType: string;
  endedAt: number | null;
  answer: { readonly status: number; readonly statusText: string; readonly headers: readonly Header[] } | null;
  failure: string | null;
}

interface Header {
  readonly name: string;
  readonly value: string;
}

export class Har {
  readonly #clock: Clock;
  readonly #clean: Clean;
  readonly #version: string;
  readonly #entries: Entry[] = [];
  readonly #open = new WeakMap<Request, Entry>();
  #dropped = 0;
  #characters = 0;

  constructor(context: BrowserContext, clock: Clock, clean: Clean) {
    this.#clock = clock;
    this.#clean = clean;
    this.#version = context.browser()?.version() ?? '';
    context.on('request', (request) => this.#asked(request));
    context.on('response', (response) => this.#answered(response));
    context.on('requestfinished', (request) => this.#ended(request, null));
    context.on('requestfailed', (request) => this.#ended(request, request.failure()?.errorText ?? 'failed'));
  }

  text(): string {
    const comment = this.#dropped > 0 ? { comment: `${this.#dropped} more requests were not kept` } : {};
    const log = {
      version: '1.2',
      creator: { name: 'skyvern', version: HAR_VERSION },
      browser: { name: 'Chromium', version: this.#version },
      entries: this.#entries.map(shown),
      ...comment,
    };
    return `${JSON.stringify(this.#clean.deep({ log }), null, 1)}\n`;
  }

  #asked(request: Request): void {
    if (this.#entries.length >= MAX_ENTRIES || this.#characters >= MAX_CHARACTERS) {
      this.#dropped++;
      return;
    }
    const entry: Entry = {
      startedAt: this.#clock.now(),
      method: request.method(),
      url: this.#address(request.url()),
      headers: this.#headers(request.headers()),
      bodySize: request.postDataBuffer()?.length ?? 0,
      resourceType: request.resourceType(),
      endedAt: null,
      answer: null,
      failure: null,
    };
    this.#entries.push(entry);
    this.#open.set(request, entry);
  }

  #answered(response: Response): void {
    const entry = this.#open.get(response.request());
    if (!entry) return;
    entry.answer = { status: response.status(), statusText: this.#text(response.statusText()), headers: this.#headers(response.headers()) };
  }

  #ended(request: Request, failure: string | null): void {
    const entry = this.#open.get(request);
    if (!entry) return;
    entry.endedAt = this.#clock.now();
    entry.failure = failure;
  }

  #headers(headers: Readonly<Record<string, string>>): Header[] {
    return Object.entries(headers)
      .slice(0, 100)
      .map(([name, value]) => ({ name: this.#text(name), value: SHOWN_HEADERS.test(name) ? this.#text(value) : HIDDEN }));
  }

  /** Cleaned before it is cut: half a secret would not be known for one. */
  #text(text: string): string {
    const clean = this.#clean.text(text.slice(0, MAX_TEXT * 50));
    const kept = clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)}...` : clean;
    this.#characters += kept.length;
    return kept;
  }

  /** Without a user's name and password, and of a page in an address no more than its kind. */
  #address(address: string): string {
    if (/^(?:data|blob):/i.test(address)) return this.#text(address.slice(0, 100));
    return this.#text(address.replace(/^([a-z]+:\/\/)[^/?#@]*@/i, '$1'));
  }
}

function shown(entry: Entry) {
  const { answer, failure } = entry;
  const header = (name: string) => answer?.headers.find((each) => each.name.toLowerCase() === name)?.value;
  const timeMs = Math.max(0, (entry.endedAt ?? entry.startedAt) - entry.startedAt);
  const size = Number(header('content-length') ?? -1);
  return {
    startedDateTime: new Date(entry.startedAt).toISOString(),
    time: timeMs,
    request: {
      method: entry.method,
      url: entry.url,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: entry.headers,
      queryString: queryOf(entry.url),
      headersSize: -1,
      bodySize: entry.bodySize,
    },
    response: {
      status: answer?.status ?? 0,
      statusText: answer?.statusText ?? '',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: answer?.headers ?? [],
      content: { size: Number.isFinite(size) ? size : -1, mimeType: header('content-type') ?? 'x-unknown' },
      redirectURL: header('location') ?? '',
      headersSize: -1,
      bodySize: -1,
      ...(failure !== null && { _error: failure }),
    },
    cache: {},
    timings: { send: 0, wait: timeMs, receive: 0 },
    _resourceType: entry.resourceType,
  };
}

const queryOf = (url: string): Header[] =>
  URL.canParse(url) ? [...new URL(url).searchParams].map(([name, value]) => ({ name, value })) : [];
