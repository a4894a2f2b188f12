import { EventEmitter } from 'node:events';
import type { BrowserContext } from 'playwright-core';
import { expect, test } from 'vitest';
import { Har } from '../../src/browser/evidence/har.js';
import { manualClock } from '../support/clock.js';

test('a server that answers with headers without end does not fill the memory: later requests are counted, not kept', () => {
  const context = Object.assign(new EventEmitter(), { browser: () => null });
  const har = new Har(context as unknown as BrowserContext, manualClock(), { text: (text) => text, deep: (value) => value });
  const headers = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`via-${index}`, 'v'.repeat(2_000)]));
  for (let index = 0; index < 1_000; index++) {
    const request = {
      url: () => `http://a.example/${index}`,
      method: () => 'GET',
      headers: () => ({ via: 'x'.repeat(1_900) }),
      postDataBuffer: () => null,
      resourceType: () => 'fetch',
    };
    context.emit('request', request);
    const answer = { via: 'y'.repeat(1_900), ...headers, server: 'z' };
    context.emit('response', { request: () => request, status: () => 200, statusText: () => 'n'.repeat(150_000), headers: () => answer });
  }
  const text = har.text();
  expect(text.length).toBeLessThan(60_000_000);
  const { log } = JSON.parse(text);
  expect(log.entries.length + Number(/^(\d+) more/.exec(log.comment ?? '0 more')?.[1])).toBe(1_000);
});
