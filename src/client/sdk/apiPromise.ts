import { type RawResponse, type ReplyHead, rawResponse, UsageError } from '../../errors.js';
import type { ApiClient, CallOptions } from '../client.js';
import type { RequestOptions } from './options.js';

export interface WithRawResponse<T> {
  readonly data: T;
  readonly rawResponse: RawResponse;
}

/** `head` null: nothing had to be asked. */
export interface Answered<T> {
  readonly data: T;
  readonly head: ReplyHead | null;
}

/** Makes calls of the REST client: what the parts of the SDK's client need of it. */
export interface Caller {
  call<T>(options: RequestOptions | undefined, work: (api: ApiClient, call: CallOptions) => Promise<T>): ApiPromise<T>;
}

// biome-ignore-start lint/suspicious/noExplicitAny: reasons are `any` in every promise
/** A promise of what a call answers that can also give the answer's status, headers and address. */
export class ApiPromise<T> implements Promise<T> {
  readonly #done: Promise<Answered<T>>;
  constructor(done: Promise<Answered<T>>) {
    this.#done = done;
  }

  readonly [Symbol.toStringTag] = 'ApiPromise';

  /** With the last answer that was needed, when there were several. */
  async withRawResponse(): Promise<WithRawResponse<T>> {
    const { data, head } = await this.#done;
    if (!head) throw new UsageError('this call asked the server nothing', { code: 'no_answer' });
    return { data, rawResponse: rawResponse(head) };
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  then<A = T, B = never>(
    onDone?: ((data: T) => A | PromiseLike<A>) | null,
    onError?: ((error: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#done.then(({ data }) => data).then(onDone, onError);
  }

  catch<B = never>(onError?: ((error: any) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(undefined, onError);
  }

  finally(onEnd?: (() => void) | null): Promise<T> {
    return this.then().finally(onEnd);
  }
}
// biome-ignore-end lint/suspicious/noExplicitAny: reasons are `any` in every promise
