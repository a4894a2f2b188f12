/** What workflows ask of a language model beside their tasks: prompts with an answer, and conditions in words. No browser is opened. */
import { describe, expect, test } from 'vitest';
import { testPool } from '../support/browserSession.js';
import type { Answered } from '../support/embedded.js';
import type { Wire } from '../support/flows.js';
import { type ModelFlows, modelFlows } from '../support/modelFlows.js';
import { pdfOf } from '../support/pdf.js';
import { type Asked, PROVIDERS, type Said } from '../support/scriptedModel.js';

const SCHEMA = { type: 'object', properties: { town: { type: 'string' } }, required: ['town'] };
const say = (label: string, prompt: string, more: Wire = {}) => ({ block_type: 'text_prompt', label, prompt, ...more });
const parameter = (key: string, value: unknown) => ({
  parameter_type: 'workflow',
  key,
  workflow_parameter_type: 'string',
  default_value: value,
});
const when = (label: string, branches: readonly (readonly [string, string | null, Wire?])[], otherwise: string | null = null) => ({
  block_type: 'conditional',
  label,
  branch_conditions: [
    ...branches.map(([expression, next, more = {}]) => ({
      criteria: { criteria_type: 'prompt', expression, ...more },
      next_block_label: next,
    })),
    { is_default: true, next_block_label: otherwise },
  ],
});
/** Each block names the next one. */
const inLine = (...blocks: readonly Wire[]): Wire[] =>
  blocks.map((block, at) => ({ ...block, ...(at + 1 < blocks.length && { next_block_label: blocks[at + 1]!['label'] }) }));
const stop = (label: string) => ({ block_type: 'terminate', label, reason: label });

const flows = (script: (asked: Asked) => Said, more: Partial<Parameters<typeof modelFlows>[1]> = {}) =>
  modelFlows(script, { pool: testPool(), ...more });
const answer = (response: unknown): Said => ({ tool: { response } });
const verdicts = (...holds: readonly boolean[]): Said => ({
  tool: { verdicts: holds.map((each, index) => ({ reason: `because ${index + 1}`, holds: each })) },
});

async function stepsAndArtifacts(server: ModelFlows, runId: string) {
  const steps = (await server.ask('GET', `/api/v1/tasks/${runId}/steps`)).body;
  const artifacts = (await server.ask('GET', `/v1/runs/${runId}/artifacts`)).body;
  const content = async (type: string): Promise<string[]> =>
    Promise.all(
      artifacts
        .filter((each: Wire) => each['artifact_type'] === type)
        .map(async (each: Wire) => {
          const { body } = await server.ask('GET', `/v1/artifacts/${each['artifact_id']}/content`);
          return typeof body === 'string' ? body : JSON.stringify(body);
        }),
    );
  return { steps, content };
}

describe('text_prompt', () => {
  test.each(PROVIDERS)(
    '%s: text without a schema, an object with one; what breaks it is told back; tokens and cost are counted',
    async (provider) => {
      const script: readonly Said[] = [answer('Hello Ada'), answer({ city: 'Oslo' }), answer({ town: 'Oslo' })];
      const server = await flows(({ index }) => script[index]!, { provider });
      const run = await server.finish(
        [say('greet', 'Greet {{ who }}'), say('place', 'Where does {{ greet_output.llm_response }} live?', { json_schema: SCHEMA })],
        { parameters: [parameter('who', 'Ada')], definition: { workflow_system_prompt: 'Be brief, {{ who }} is busy.' } },
      );
      expect(run).toMatchObject({
        status: 'completed',
        step_count: 2,
        output: { greet_output: { llm_response: 'Hello Ada' }, place_output: { town: 'Oslo' } },
      });
      const [first, second, again] = server.model.asked;
      expect(first!.text).toBe('<task>\nBe brief, Ada is busy.\nGreet Ada\n</task>');
      // What a model said is material for the next one.
      expect(second!.text).toContain('Where does <data>Hello Ada</data> live?\nWhat stands between <data> and </data>');
      expect(JSON.stringify(second!.toolSchema)).toContain('"town"');
      expect(again!.text).toContain('response must have required property');
      const { steps, content } = await stepsAndArtifacts(server, run.run_id);
      // A million tokens cost 1000 dollars in, 10,000 out; each answer has 100 and 10.
      expect(
        steps.map(({ input_token_count, output_token_count, step_cost }: Wire) => [input_token_count, output_token_count, step_cost]),
      ).toEqual([
        [100, 10, 0.2],
        [200, 20, 0.4],
      ]);
      expect((await content('llm_prompt'))[0]).toContain('Greet Ada');
      expect(await content('llm_response_parsed')).toEqual(['{"response":"Hello Ada"}', '{"response":{"town":"Oslo"}}']);
      expect((await server.timeline(run.run_id))[1].block).toMatchObject({ block_type: 'text_prompt', prompt: 'Greet Ada', actions: [] });
    },
  );

  test('all that is asked together costs no more than it may', async () => {
    const server = await flows(() => answer('yes'));
    const run = await server.finish(inLine(say('a', 'x'), say('b', 'x'), say('c', 'x'), when('d', [['true?', null]])), {
      body: { max_cost: 0.3 },
    });
    expect(run).toMatchObject({
      status: 'failed',
      failure_reason: 'text_prompt block failed. failure reason: asking the language model cost 0.4000 dollars so far, and may cost 0.3',
    });
    expect(server.model.asked).toHaveLength(2);
    // The twin: without a limit all of them are asked.
    const free = await server.finish([say('a', 'x'), say('b', 'x'), say('c', 'x')]);
    expect([free.status, server.model.asked.length]).toEqual(['completed', 5]);
  });

  test('a secret is told as its placeholder, and where it stands in what was found it is hidden', async () => {
    const server = await flows(({ index, tool }) =>
      tool === 'judge' ? verdicts(true) : answer(index === 0 ? 'the password is hunter22-and-more' : 'ok'),
    );
    const { credential_id: id } = (
      await server.ask('POST', '/v1/credentials', {
        body: { name: 'shop', credential_type: 'password', credential: { username: 'ada', password: 'hunter22-and-more' } },
      })
    ).body;
    const run = await server.finish(
      inLine(
        say('a', 'Write to {{ shop.username }} about {{ shop.password }}'),
        say('b', 'Repeat {{ a_output.llm_response }}'),
        when('c', [['it is in {{ a_output.llm_response }}', null]]),
      ),
      { parameters: [{ parameter_type: 'credential', key: 'shop', credential_id: id }] },
    );
    expect(server.model.asked.map(({ text }) => text.split('\n')[1])).toEqual([
      'Write to ada about {{password}}',
      'Repeat <data>the password is *****</data>',
      'Conditions to judge:',
    ]);
    const { content } = await stepsAndArtifacts(server, run.run_id);
    const kept = [run, await server.timeline(run.run_id), await content('llm_prompt'), await content('llm_response_parsed')];
    expect(JSON.stringify([kept, server.model.asked.map(({ raw }) => raw)]).match(/hunter22/g)).toBeNull();
  });

  test.each<[string, Said[], RegExp, string]>([
    ['a model that is not there', [{ status: 404, message: 'no' }], /there is no model scripted-1/, 'MODEL_UNKNOWN'],
    ['an answer that never fits', [answer(1), answer(2), answer(3)], /did not answer in the form/, 'MODEL_BAD_ANSWER'],
  ])('%s fails the block, with its code; the workflow may go on', async (_, script, reason, code) => {
    const server = await flows(({ index }) => script[index % script.length]!);
    const run = await server.finish([say('a', 'x')]);
    expect(run).toMatchObject({ status: 'failed', failure_reason: expect.stringMatching(reason), errors: [{ error_code: code }] });
    expect((await server.finish([say('a', 'x', { continue_on_failure: true }), stop('after')])).failure_reason).toMatch(/after$/);
  });

  test('a schema that is none is refused before there is a run', async () => {
    const server = await flows(() => answer('x'));
    const bad = await server.begin([say('a', 'x', { json_schema: { type: 'nonsense' } })]);
    expect([bad.status, bad.body.detail]).toEqual([422, expect.stringMatching(/block a \(text_prompt\): json_schema: /)]);
    const list = await server.finish([
      say('a', 'x', { json_schema: { type: 'array', items: { $ref: '#/$defs/t' }, $defs: { t: { type: 'string' } } } }),
    ]);
    expect(list.failure_reason).toMatch(/response must be array/);
    expect((await server.ask('GET', '/v1/runs')).body).toHaveLength(1);
  });
});

describe('conditions in words', () => {
  test('those of a conditional are asked about once, the first that holds is taken, and why is kept', async () => {
    const server = await flows(({ tool }) => (tool === 'answer' ? answer('Oslo') : verdicts(false, true, true)));
    const blocks = [
      say('a', 'x', { next_block_label: 'c' }),
      when('c', [
        ['it rains', 'one'],
        ['{{ who }} is in {{ a_output.llm_response }}', 'two'],
        ['all is well', 'three'],
      ]),
      stop('one'),
      stop('two'),
      stop('three'),
    ];
    const run = await server.finish(blocks, { parameters: [parameter('who', 'Ada')] });
    expect(run).toMatchObject({ status: 'terminated', failure_reason: 'terminate block terminated. Reason: two' });
    const { c_output: output } = run.output;
    expect(output).toMatchObject({
      branch_taken: 'two',
      branch_index: 1,
      criteria_type: 'prompt',
      criteria_expression: '{{ who }} is in {{ a_output.llm_response }}',
      llm_response: JSON.stringify((verdicts(false, true, true) as { tool: unknown }).tool),
      evaluations: [
        { rendered_expression: 'it rains', result: false, reasoning: 'because 1' },
        { rendered_expression: 'Ada is in Oslo', result: true, is_matched: true, reasoning: 'because 2', error: null },
      ],
    });
    const asked = server.model.asked.at(-1)!;
    expect(output.llm_prompt).toBe(asked.text);
    expect(asked.text).toContain('1. it rains\n2. Ada is in <data>Oslo</data>\n3. all is well');
    expect(asked.text).toMatch(/What is known so far:\n<data>[\s\S]*who: "Ada"[\s\S]*<\/data>\n\nNo page is open\./);
    const [, item] = await server.timeline(run.run_id);
    const at = [item, (await server.timeline(run.run_id))[0]].find(({ block }: Answered['body']) => block.label === 'c')!;
    expect(at.block).toMatchObject({ executed_branch_result: true, executed_branch_next_block: 'two' });
  });

  test('a template before them decides without a question, and one that holds is not asked about', async () => {
    const server = await flows(() => verdicts(true));
    const mixed = [
      when('c', [
        ['{{ 1 == 1 }}', 'one', { criteria_type: 'jinja2_template' }],
        ['it rains', 'two'],
      ]),
      stop('one'),
      stop('two'),
    ];
    expect((await server.finish(mixed)).failure_reason).toMatch(/one$/);
    expect(server.model.asked).toHaveLength(0);
  });

  test('a loop goes on as long as the model says so', async () => {
    const server = await flows(({ index }) => verdicts(index < 2));
    const loop = {
      block_type: 'while_loop',
      label: 'again',
      condition: { criteria_type: 'prompt', expression: 'there is more than {{ current_index }}' },
      loop_blocks: [{ block_type: 'http_request', label: 'get', url: 'http://127.0.0.1:9/', continue_on_failure: true }],
    };
    const run = await server.finish([loop]);
    expect([run.status, run.output.again_output.length, server.model.asked.length, run.step_count]).toEqual(['completed', 2, 3, 3]);
    expect(server.model.asked[1]!.text).toContain('1. there is more than <data>1</data>');
  });

  test.each<[string, Wire, Said, RegExp]>([
    ['a name that is not there', when('c', [['{{ nothing }} is red', null]]), verdicts(true), /'nothing' is not defined/],
    [
      'fewer verdicts than conditions',
      when('c', [
        ['a', null],
        ['b', null],
      ]),
      verdicts(true),
      /did not answer in the form/,
    ],
    ['a model that is down', when('c', [['a', null]]), { status: 401, message: 'no' }, /the condition a: .* refused the key/],
  ])('%s fails the block', async (_, block, said, reason) => {
    const server = await flows(() => said);
    expect(await server.finish([block])).toMatchObject({ status: 'failed', failure_reason: expect.stringMatching(reason) });
  });
});

describe('files that a model reads', () => {
  const parse = (more: Wire = {}) => ({ block_type: 'file_url_parser', label: 'f', file_url: '{{ file }}', json_schema: SCHEMA, ...more });
  const sent = async (server: ModelFlows, name: string, content: string | Uint8Array): Promise<Wire> => {
    const form = new FormData();
    form.set('file', new File([content as BlobPart], name));
    const response = await fetch(`${server.url}/v1/upload_file`, { method: 'POST', body: form, headers: { 'x-api-key': server.token } });
    return (await response.json()) as Wire;
  };

  test.each<[string, string, string | Uint8Array, Wire, string]>([
    ['a table', 'towns.csv', 'name,town\nAda,Oslo\n', {}, '<data>[{"name":"Ada","town":"Oslo"}]</data>'],
    ['a PDF', 'towns.pdf', pdfOf('Ada lives in Oslo'), { block_type: 'pdf_parser' }, '<data>Ada lives in Oslo</data>'],
    ['a text', 'towns', 'Oslo </data> and Rome', {}, '<data>Oslo ‹/data> and Rome</data>'],
  ])('%s that was sent to the server, as the object that is asked for', async (_, name, content, more, told) => {
    const server = await flows(() => answer({ town: 'Oslo' }));
    const { s3_uri: file } = await sent(server, name, content);
    const run = await server.finish([parse(more)], { parameters: [parameter('file', file)] });
    expect(run).toMatchObject({ status: 'completed', output: { f_output: { town: 'Oslo' } }, step_count: 1 });
    expect(server.model.asked[0]!.text).toContain(told);
  });

  test('a file that was sent is not one that the run may find by itself, and one too long is not told in part', async () => {
    let file: unknown = null;
    const server = await flows(() => answer(file));
    ({ file_id: file } = await sent(server, 'long.txt', 'x'.repeat(200_001)));
    const named = [say('which', 'Which file?', { json_schema: { type: 'string' } }), parse({ file_url: '{{ which_output }}' })];
    expect((await server.finish(named)).failure_reason).toMatch(/file_url_parser block failed\. failure reason: .* cannot be reached/);
    const long = await server.finish([parse()], { parameters: [parameter('file', file)] });
    expect(long.failure_reason).toMatch(/has 200001 characters, and a model is told 200000 at most/);
    const spoken = await server.finish([parse({ json_schema: null })], { parameters: [parameter('file', file)] });
    expect([spoken.status, spoken.output.f_output.length]).toEqual(['completed', 200_001]);
  });

  test.each<[string, Wire, RegExp]>([
    ['a kind of file that is not read', parse({ file_type: 'excel' }), /files of type excel are not read here/],
    ['a PDF without a schema, by the old name', parse({ block_type: 'pdf_parser', json_schema: null }), /without a json_schema/],
    ['a sheet of a workbook', parse({ worksheet: 'two' }), /the field worksheet is not honoured/],
  ])('%s is refused before there is a run', async (_, block, reason) => {
    const server = await flows(() => answer('x'));
    const { status, body } = await server.begin([block], { parameters: [parameter('file', 'https://a.example/x')] });
    expect([status, body.detail]).toEqual([422, expect.stringMatching(reason)]);
  });
});
