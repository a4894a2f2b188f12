/** A language model that says what a test wants, in the three wire formats, over real HTTP. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ModelAccess, ModelProvider } from '../../src/model/types.js';

/** A request as any of the three formats means it. */
export interface Asked {
  readonly provider: ModelProvider;
  readonly model: string;
  readonly key: string | null;
  readonly system: string;
  readonly messages: readonly { readonly role: string; readonly text: string; readonly images: number }[];
  /** Text of the last message of the user. */
  readonly text: string;
  /** Name of the tool that has to be called; null when there is none. */
  readonly tool: string | null;
  readonly toolSchema: unknown;
  readonly json: boolean;
  /** Whole body, as sent. */
  readonly raw: string;
  /** Counts from 0. */
  readonly index: number;
  /** Resolves when the client has dropped the request. */
  readonly dropped: Promise<void>;
}

export type Said =
  | { readonly tool: unknown; readonly tokens?: readonly [number, number] }
  | { readonly text: string; readonly tokens?: readonly [number, number] }
  | { readonly status: number; readonly message: string; readonly headers?: Readonly<Record<string, string>> }
  /** What a gateway in between says. */
  | { readonly page: string; readonly status: number }
  /** The connection breaks without an answer. */
  | 'cut'
  /** Nothing comes, ever. */
  | 'silence';

export interface ScriptedModel {
  readonly asked: readonly Asked[];
  readonly origin: string;
  access(provider: ModelProvider, fields?: Partial<ModelAccess>): ModelAccess;
}

export const PROVIDERS: readonly ModelProvider[] = ['openai-compatible', 'anthropic', 'google'];
const ROOTS: Readonly<Record<ModelProvider, string>> = { 'openai-compatible': '/v1', anthropic: '/v1', google: '/v1beta' };

export async function scriptedModel(script: (asked: Asked) => Said | Promise<Said>): Promise<ScriptedModel> {
  const model = await startScriptedModel(script);
  onTestFinished(model.close);
  return model;
}

/** The same outside of a test. */
export async function startScriptedModel(
  script: (asked: Asked) => Said | Promise<Said>,
): Promise<ScriptedModel & { close(): Promise<void> }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const raw = await textOf(request);
      const dropped = new Promise<void>((resolve) => response.on('close', () => response.writableFinished || resolve()));
      const question = { ...read(request, raw), raw, index: asked.length, dropped };
      asked.push(question);
      answer(response, question, await script(question));
    })().catch((error: unknown) => {
      response.writeHead(599, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message: String(error) } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    asked,
    origin,
    access: (provider, fields = {}) => ({
      provider,
      name: 'scripted-1',
      baseUrl: origin + ROOTS[provider],
      apiKey: 'the-key-of-the-model',
      price: null,
      ...fields,
    }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}

// biome-ignore lint/suspicious/noExplicitAny: bodies of three foreign formats, read where they are made
type Body = any;

function read({ url = '', headers }: IncomingMessage, raw: string): Omit<Asked, 'raw' | 'index' | 'dropped'> {
  const body: Body = raw === '' ? {} : JSON.parse(raw);
  const bearer = headers.authorization?.replace('Bearer ', '') ?? null;
  if (url.endsWith('/chat/completions')) {
    const turns = body.messages.map(({ role, content }: Body) =>
      turn(role, typeof content === 'string' ? [{ type: 'text', text: content }] : content),
    );
    const tool = body.tools?.[0]?.function;
    return asked('openai-compatible', body.model, bearer, turns, tool?.name, tool?.parameters, body.response_format !== undefined);
  }
  if (url.endsWith('/messages')) {
    const turns = [turn('system', body.system ?? []), ...body.messages.map(({ role, content }: Body) => turn(role, content))];
    const tool = body.tools?.[0];
    return asked(
      'anthropic',
      body.model,
      (headers['x-api-key'] as string) ?? null,
      turns,
      tool?.name,
      tool?.input_schema,
      body.output_config !== undefined,
    );
  }
  const name = /\/models\/([^:]+):generateContent/.exec(url)?.[1];
  if (name === undefined) throw new Error(`nobody speaks ${url}`);
  const turns = [
    turn('system', body.systemInstruction?.parts ?? []),
    ...body.contents.map(({ role, parts }: Body) => turn(role === 'model' ? 'assistant' : role, parts)),
  ];
  const tool = body.tools?.[0]?.functionDeclarations?.[0];
  const json = body.generationConfig?.responseMimeType === 'application/json';
  return asked(
    'google',
    decodeURIComponent(name),
    (headers['x-goog-api-key'] as string) ?? null,
    turns,
    tool?.name,
    tool?.parameters ?? tool?.parametersJsonSchema,
    json,
  );
}

function turn(role: string, parts: readonly Body[]): Asked['messages'][number] {
  const text = parts.map((part) => part.text ?? '').join('\n');
  return { role, text, images: parts.filter((part) => part.image_url || part.source || part.inlineData).length };
}

function asked(
  provider: ModelProvider,
  model: string,
  key: string | null,
  turns: Asked['messages'],
  tool: string | undefined,
  toolSchema: unknown,
  json: boolean,
): Omit<Asked, 'raw' | 'index' | 'dropped'> {
  const messages = turns.filter(({ role }) => role !== 'system');
  const system = turns.filter(({ role }) => role === 'system').map(({ text }) => text);
  return {
    provider,
    model,
    key,
    system: system.join('\n'),
    messages,
    text: messages.at(-1)?.text ?? '',
    tool: tool ?? null,
    toolSchema,
    json,
  };
}

function answer(response: ServerResponse, question: Asked, said: Said): void {
  if (said === 'silence') return;
  if (said === 'cut') return void response.destroy();
  if ('page' in said) return void response.writeHead(said.status, { 'content-type': 'text/html' }).end(said.page);
  if ('status' in said) {
    const error = { type: 'error', error: { message: said.message, type: 'an_error', code: said.status, status: 'AN_ERROR' } };
    return void response.writeHead(said.status, { 'content-type': 'application/json', ...said.headers }).end(JSON.stringify(error));
  }
  const [input, output] = said.tokens ?? [100, 10];
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(bodyOf(question, said, input, output)));
}

function bodyOf(
  { provider, model, tool }: Asked,
  said: Extract<Said, { tool: unknown } | { text: string }>,
  input: number,
  output: number,
): Body {
  const call = 'tool' in said ? { name: tool ?? 'none', input: said.tool } : null;
  const text = 'text' in said ? said.text : null;
  switch (provider) {
    case 'openai-compatible': {
      const calls = call && [{ id: 'call_1', type: 'function', function: { name: call.name, arguments: JSON.stringify(call.input) } }];
      return {
        id: 'c1',
        object: 'chat.completion',
        created: 1_700_000_000,
        model,
        choices: [
          {
            index: 0,
            finish_reason: call ? 'tool_calls' : 'stop',
            message: { role: 'assistant', content: text, ...(calls && { tool_calls: calls }) },
          },
        ],
        usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
      };
    }
    case 'anthropic':
      return {
        id: 'm1',
        type: 'message',
        role: 'assistant',
        model,
        content: [call ? { type: 'tool_use', id: 'toolu_1', ...call } : { type: 'text', text }],
        stop_reason: call ? 'tool_use' : 'end_turn',
        stop_sequence: null,
        usage: { input_tokens: input, output_tokens: output },
      };
    case 'google':
      return {
        candidates: [
          {
            index: 0,
            finishReason: 'STOP',
            content: { role: 'model', parts: [call ? { functionCall: { name: call.name, args: call.input } } : { text }] },
          },
        ],
        usageMetadata: { promptTokenCount: input, candidatesTokenCount: output, totalTokenCount: input + output },
        modelVersion: model,
      };
  }
}

/** The reference of the element whose line on the page holds this text. */
export function refOn({ messages }: Asked, text: string): string {
  const line = messages
    .flatMap((message) => message.text.split('\n'))
    .find((each) => each.trim().startsWith('- ') && each.includes(text) && /\[\w+\]/.test(each));
  if (!line) throw new Error(`the page has no "${text}":\n${messages[0]?.text}`);
  return /\[(f?\w+)\]/.exec(line)?.[1] as string;
}
