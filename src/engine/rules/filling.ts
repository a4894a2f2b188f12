/** Putting values into fields: text, days, times, numbers, files; each is looked at afterwards. */
import type { ElementFacts, SnapshotNode } from '../../browser/types.js';
import type { Observation } from '../decider.js';
import { HIDDEN } from '../redact.js';
import { moveBlindly } from './blindSlider.js';
import { type Choice, chooseField, fieldsOf, type Labelled, listed } from './choose.js';
import { inList } from './choosing.js';
import type { Command, Day, Target, Text } from './clause.js';
import { labelledIn } from './items.js';
import { act, fail, type Memory, type Move, notChosen, notYet, type Progress, type Verify } from './moves.js';
import { readDay, readTime } from './nouns.js';
import { within } from './scope.js';
import { describe, labelOf, likeness, squeeze, walk } from './tree.js';

const FIELDS_WITH_LABELS = ['textbox', 'searchbox', 'spinbutton', 'combobox', 'listbox', 'slider', 'checkbox', 'switch', 'radio'];
const TEXT_FIELD: Target = { name: null, kind: 'field', ordinal: null, within: null, any: false };

/** The field that `target` names; the only one of the page when the prompt names none, or a name that no field has. */
export async function fieldFor(page: Observation, tree: SnapshotNode, target: Target | null): Promise<Choice> {
  const scoped = within(tree, target?.within ?? null, await page.title());
  if ('problem' in scoped) return { type: 'none', why: 'missing', reason: scoped.problem };
  return chooseField(page, scoped.found, target ?? TEXT_FIELD);
}

/**
 * What the text's own noun names, as in `enter the name "Ada"` or `as the date`. A page with one field that says nothing of itself can mean
 * only that; a field with another name is never taken for it.
 */
export async function fieldNamedBy(page: Observation, tree: SnapshotNode, noun: string, type?: string): Promise<Choice> {
  const choice = await chooseField(page, tree, { ...TEXT_FIELD, name: noun });
  if (choice.type !== 'none' || choice.why !== 'missing') return choice;
  const fields = fieldsOf(tree);
  if (type !== undefined) {
    const facts = await Promise.all(fields.map(({ node }) => (node.ref === null ? null : page.inspect(node.ref))));
    const typed = fields.filter((_, index) => facts[index]?.type === type);
    const [only] = typed;
    if (typed.length === 1 && only) return { type: 'one', node: only.node, confidence: 0.9 };
  }
  const [only] = fields;
  return fields.length === 1 && only && only.label === '' && only.node.placeholder == null
    ? { type: 'one', node: only.node, confidence: 0.8 }
    : choice;
}

/** Whether `shown` is `text`: a field may put marks between, as in a telephone number, but may not lose a letter. */
const sameValue = (shown: string, text: string): boolean => {
  const lines = (value: string) => value.replace(/\r\n?/g, '\n');
  if (lines(shown) === lines(text) || squeeze(shown) === squeeze(text)) return true;
  const letters = (value: string) => value.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
  return letters(text) !== '' && letters(shown) === letters(text);
};

/** The field holds `text` now. Of a field that hides it, only that it holds something can be seen. */
export const holds =
  (ref: string, text: string, same: (shown: string, text: string) => boolean = sameValue): Verify =>
  async (page) => {
    const facts = await page.inspect(ref);
    if (!facts) return 'the field went away with what was typed, so it cannot be seen whether it was taken';
    if (facts.value === null || text.includes('{{')) return facts.filled === (text !== '') ? null : 'the field did not keep what was typed';
    return same(facts.value, text) ? null : `the field did not keep what was typed: it shows "${facts.value.slice(0, 80)}"`;
  };

/** Types `text` into `node`, in the form that its kind of field takes. */
export async function fill(
  page: Observation,
  node: SnapshotNode,
  label: string,
  text: string,
  confidence: number,
  { ends = true, memory, note }: { readonly ends?: boolean; readonly memory?: Memory; readonly note?: string } = {},
): Promise<Move> {
  const { ref } = node;
  if (ref === null) return fail('the field cannot be typed into');
  const name = label ? `${node.role} "${label}"` : node.role;
  if (node.disabled) return notYet(`${name} is disabled`);
  const facts = await page.inspect(ref);
  if (!facts) return notYet('the field went away');
  if (facts.readOnly) return notYet(`${name} is read-only`);
  if (facts.type === 'file') return fail(`${name} takes files, not text`);
  if (facts.type === 'select') return fail(`${name} is a dropdown: say \`select "..." from ...\``);
  const value = inFormOf(facts, text);
  if (value === null) return fail(`"${text}" is not what ${name} takes: it is a ${facts.type} field`);
  memory?.filled.add(ref);
  return act({ kind: 'fill', ref, text: value, onlyInto: null }, name, { confidence, ends, verify: holds(ref, value), note });
}

/** Null for text that the field cannot take. */
function inFormOf({ type }: ElementFacts, text: string): string | null {
  if (type === 'date') {
    const day = readDay(text);
    return day && isoDay(day);
  }
  if (type === 'time') return readTime(text)?.time ?? null;
  if (type === 'number' || type === 'range') return Number.isNaN(Number(text)) ? null : text;
  return text;
}

const isoDay = ({ year, month, day }: Day): string => `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;

/** The text itself, or where it is to be had from. */
function textFor(
  tree: SnapshotNode,
  text: Exclude<Text, { readonly shown: true }>,
  memory: Memory,
): { readonly text: string; readonly note?: string } | { readonly problem: string } {
  if ('literal' in text) return { text: text.literal };
  if ('kept' in text) return memory.kept === null ? { problem: 'nothing was copied or found before' } : { text: memory.kept };
  const values = labelledIn([tree], { name: text.valueOf, quoted: true });
  const [only] = values;
  if (only?.value === '') return { problem: `"${text.valueOf}" is empty` };
  if (values.length === 1 && only) return { text: only.value, note: `"${only.value}" is from ${only.source}.` };
  return {
    problem:
      values.length === 0
        ? `no value stands beside "${text.valueOf}"`
        : `"${text.valueOf}" stands more than once: ${listed(values.map(({ value }) => `"${value}"`))}`,
  };
}

/** The only text of the page that is no label of a field. */
async function textShown(page: Observation): Promise<{ readonly text: string; readonly note: string } | { readonly problem: string }> {
  const tree = await page.snapshot();
  const labels = fieldsOf(tree, FIELDS_WITH_LABELS).map(({ node }) => squeeze(node.name));
  const shown = [...blocksOf(tree, 'paragraph'), ...blocksOf(tree, 'generic')].filter((node) => !labels.includes(textIn(node)));
  const [block, ...others] = shown;
  if (!block?.ref) return { problem: 'the page shows no text besides its fields' };
  if (others.length > 0)
    return { problem: `the page shows more than one text: ${listed(shown.map((node) => `"${textIn(node).slice(0, 60)}"`))}` };
  const text = (await page.inspect(block.ref))?.shown ?? textIn(block);
  return { text: text.trim(), note: `"${text.trim()}" is the text that the page shows.` };
}

const labelIn = (tree: SnapshotNode, node: SnapshotNode): string => fieldsOf(tree).find((field) => field.node === node)?.label ?? node.name;

export async function type(
  page: Observation,
  { text, into, fields }: Extract<Command, { kind: 'type' }>,
  progress: Progress,
  memory: Memory,
): Promise<Move> {
  const tree = await page.snapshot();
  const what = 'shown' in text ? await textShown(page) : textFor(tree, text, memory);
  if ('problem' in what) return notYet(what.problem);
  const options = { memory, ...(what.note !== undefined && { note: what.note }) };
  if (fields === 'both' || fields === 'all') {
    const all = fieldsOf(tree).filter(({ node }) => ['textbox', 'searchbox', 'spinbutton'].includes(node.role));
    if (fields === 'both' && all.length !== 2) return notYet(`the page has ${all.length} text fields, not two`);
    const next = all[progress.count];
    if (!next) return notYet('the page has no text field');
    return fill(page, next.node, next.label, what.text, 1, { ...options, ends: progress.count + 1 === all.length });
  }
  const choice = fields === 'described' && into?.name ? await fieldNamedBy(page, tree, into.name) : await fieldFor(page, tree, into);
  if (choice.type !== 'one') return notChosen(choice);
  if (into === null && choice.node.ref !== null && memory.filled.has(choice.node.ref))
    return fail('an earlier clause has filled the only field of the page: say which field is meant');
  return fill(page, choice.node, labelIn(tree, choice.node), what.text, choice.confidence, options);
}

/** The one user field and the one password field of the page, then the one button that says so. */
export async function login(page: Observation, { user, password }: Extract<Command, { kind: 'login' }>, done: number): Promise<Move> {
  const tree = await page.snapshot();
  const fields = fieldsOf(tree);
  const fitting = (pattern: RegExp) => fields.filter(({ label }) => pattern.test(label));
  const one = async (found: readonly Labelled[], what: string, text: string): Promise<Move> => {
    const [only] = found;
    if (found.length === 1 && only) return fill(page, only.node, only.label, text, 0.95, { ends: false });
    const there = listed(fields.map(({ node, label }) => (label ? `${node.role} "${label}"` : node.role)));
    return notYet(
      `${found.length === 0 ? `no ${what} field` : `more than one ${what} field`} is on the page${there ? `; there is ${there}` : ''}`,
    );
  };
  if (done === 0) return one(fitting(/^(?:.*\b)?(?:user(?: ?name)?|e-?mail(?: address)?|login)\b/i), 'user', user);
  if (done === 1) return one(fitting(/password|passphrase/i), 'password', password);
  const buttons = [...walk(tree)].filter(
    (node) => node.role === 'button' && node.ref !== null && /^(?:log ?in|sign ?in|log ?on|submit|continue)$/i.test(labelOf(node)),
  );
  const [button] = buttons;
  if (buttons.length !== 1 || !button?.ref)
    return notYet(
      buttons.length === 0 ? 'no button to log in is on the page' : `several buttons could log in: ${listed(buttons.map(describe))}`,
    );
  return act({ kind: 'click', ref: button.ref, download: false }, describe(button), { confidence: 0.95 });
}

/** `Set the slider to 7`, `select 7 with the spinner`. */
export async function adjust(
  page: Observation,
  { value, target, of }: Extract<Command, { kind: 'adjust' }>,
  progress: Progress,
  memory: Memory,
): Promise<Move> {
  const tree = await page.snapshot();
  const there = fieldsOf(tree, [target.kind === 'slider' ? 'slider' : 'spinbutton']).length;
  if (of !== undefined && there > 0 && there !== of) return notYet(`the page has ${there} ${target.kind}s, not ${of}`);
  const choice = await fieldFor(page, tree, target);
  const hasNone = choice.type === 'none' && choice.why === 'missing' && target.name === null && target.within === null;
  if (hasNone && target.kind === 'slider') return moveBlindly(page, { value, nth: target.ordinal ?? 1, of: of ?? null }, progress, memory);
  if (choice.type !== 'one') return notChosen(choice);
  const label = fieldsOf(tree, [choice.node.role]).find((field) => field.node === choice.node)?.label ?? choice.node.name;
  return moveTo(page, choice, label, value, progress);
}

/** A spinner is typed into, and so is a slider of the browser's own; any other is moved by keys until it says the number. */
async function moveTo(
  page: Observation,
  { node, confidence }: Extract<Choice, { type: 'one' }>,
  label: string,
  value: number,
  progress: Progress,
): Promise<Move> {
  if (node.ref === null) return fail('it cannot be moved');
  const facts = await page.inspect(node.ref);
  if (facts && facts.type !== null) {
    const move = await fill(page, node, label, String(value), confidence);
    const number = holds(node.ref, String(value), (shown) => shown.trim() !== '' && Number(shown) === value);
    return move.type === 'act' ? { ...move, verify: number } : move;
  }
  const shown = numberShown(node);
  const what = `${node.role}${label ? ` "${label}"` : ''}`;
  if (shown === null) return notYet(`${what} does not say what it is set to`);
  if (shown === value)
    return progress.count === 0 ? act({ kind: 'report', actionType: 'wait', output: null }, `${what} is at ${value}`) : { type: 'nothing' };
  if (progress.lastText === String(shown)) {
    const stays = `${what} stays at ${shown}`;
    return progress.looks > MOVE_LOOKS ? fail(stays) : notYet(stays);
  }
  if (progress.count >= MAX_PRESSES) return fail(`${what} is still at ${shown} after ${MAX_PRESSES} key presses`);
  const [key, back] = shown < value ? ['ArrowRight', 'ArrowLeft'] : ['ArrowLeft', 'ArrowRight'];
  if (progress.done.includes(back)) return fail(`${what} cannot be set to ${value}: it jumps from one side of it to the other`);
  progress.done.push(key);
  progress.lastText = String(shown);
  return act({ kind: 'press', key, ref: node.ref }, what, { confidence, ends: false });
}

/** What has the name decides how it is set: a dropdown by its option, a slider by its number, a field by typing. */
export async function setTo(page: Observation, { target, value }: Extract<Command, { kind: 'set' }>, progress: Progress): Promise<Move> {
  const tree = await page.snapshot();
  const scoped = within(tree, target.within, await page.title());
  if ('problem' in scoped) return notYet(scoped.problem);
  const choice = await chooseField(page, scoped.found, { ...target, kind: target.kind ?? 'control' });
  if (choice.type !== 'one') return notChosen(choice);
  const { node } = choice;
  if ([...walk(node)].some(({ role }) => role === 'option')) return inList(node, [value]);
  const number = Number(value);
  if (node.role === 'slider' && Number.isNaN(number)) return fail(`a slider is set to a number, not to "${value}"`);
  return node.role === 'slider'
    ? moveTo(page, choice, labelIn(tree, node), number, progress)
    : fill(page, node, labelIn(tree, node), value, choice.confidence);
}

const MAX_PRESSES = 400;
/** So often a slider that does not move is looked at again. */
const MOVE_LOOKS = 5;

function numberShown(node: SnapshotNode): number | null {
  const text = node.children.find((child) => typeof child === 'string') ?? '';
  const number = /^-?\d+(?:\.\d+)?$/.exec(squeeze(String(text)))?.[0];
  return number === undefined ? null : Number(number);
}

/** A time as the field takes it: `14:05` for a time field, as it was written for any other. */
export async function time(page: Observation, { time, text, target }: Extract<Command, { kind: 'time' }>): Promise<Move> {
  const tree = await page.snapshot();
  const choice = target ? await fieldFor(page, tree, target) : await fieldNamedBy(page, tree, 'time', 'time');
  if (choice.type !== 'one' || choice.node.ref === null) return notChosen(choice);
  const facts = await page.inspect(choice.node.ref);
  return fill(page, choice.node, labelIn(tree, choice.node), facts?.type === 'time' ? time : text, choice.confidence);
}

/** What the field or element shows. */
export async function copy(page: Observation, target: Target, memory: Memory): Promise<Move> {
  const found = await readText(page, target);
  if ('problem' in found) return notYet(found.problem);
  memory.kept = found.text;
  return act({ kind: 'report', actionType: 'extract', output: { copied: { value: found.text, source: found.source } } }, found.source, {
    confidence: 1,
  });
}

export async function paste(page: Observation, into: Target | null, memory: Memory): Promise<Move> {
  if (memory.kept === null) return fail('nothing was copied before');
  const tree = await page.snapshot();
  const choice = await fieldFor(page, tree, into);
  return choice.type === 'one' ? fill(page, choice.node, labelIn(tree, choice.node), memory.kept, choice.confidence) : notChosen(choice);
}

export async function findWord(
  page: Observation,
  { ordinal, in: place }: Extract<Command, { kind: 'findWord' }>,
  memory: Memory,
): Promise<Move> {
  const found = await readText(page, place);
  if ('problem' in found) return notYet(found.problem);
  const words = found.text
    .split(/\s+/)
    .map((word) => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''))
    .filter((word) => word !== '');
  const word = words.at(ordinal < 0 ? ordinal : ordinal - 1);
  if (word === undefined) return notYet(`there are only ${words.length} words in ${found.source}`);
  memory.kept = word;
  return act({ kind: 'report', actionType: 'extract', output: { word: { value: word, source: found.source } } }, found.source, {
    confidence: 1,
  });
}

/** Text of a paragraph, or the value of a field; what hides its value is not read. */
export async function readText(
  page: Observation,
  target: Target,
): Promise<{ readonly text: string; readonly source: string; readonly ref: string } | { readonly problem: string }> {
  const tree = await page.snapshot();
  const choice = target.kind === 'paragraph' ? paragraph(tree, target) : await fieldFor(page, tree, target);
  const node = choice.type === 'one' ? choice.node : choice.type === 'none' && choice.why === 'unusable' ? choice.node : undefined;
  if (!node?.ref) return { problem: choice.type === 'none' ? choice.reason : 'it cannot be read' };
  const facts = await page.inspect(node.ref);
  if (target.kind === 'paragraph') {
    // Letters that stand in elements of their own are one word to a reader.
    const text = facts?.shown ?? (node.children.length > 0 ? textIn(node) : node.name);
    return { text: text.trim(), source: describe(node), ref: node.ref };
  }
  if (facts?.value === null || facts?.value === undefined || facts.value.includes(HIDDEN))
    return { problem: 'the field does not show what it holds' };
  return { text: facts.value, source: describe({ ...node, children: [] }), ref: node.ref };
}

const textIn = (node: SnapshotNode): string =>
  squeeze(node.children.map((child) => (typeof child === 'string' ? child : textIn(child) || child.name)).join(' '));

/** Paragraphs of the page; one block of text that is none by its role is one where there are no others. */
function paragraph(tree: SnapshotNode, target: Target): Choice {
  const marked = blocksOf(tree, 'paragraph');
  const blocks = marked.length > 0 ? marked : blocksOf(tree, 'generic');
  const at = target.ordinal ?? 1;
  const node = blocks.at(at < 0 ? at : at - 1);
  if (node && (target.ordinal !== null || blocks.length === 1)) return { type: 'one', node, confidence: 0.9 };
  return {
    type: 'none',
    why: blocks.length > 1 && target.ordinal === null ? 'ambiguous' : 'missing',
    reason:
      target.ordinal === null && blocks.length > 1
        ? `the page has ${blocks.length} paragraphs`
        : `the page has only ${blocks.length} paragraphs`,
  };
}

/** Nothing to act on is in it. */
const isText = (node: SnapshotNode): boolean =>
  node.children.some((child) => typeof child === 'string' && squeeze(child) !== '') &&
  ![...walk(node)].some(({ role }) => ['button', 'textbox', 'checkbox', 'radio', 'combobox', 'listbox', 'list', 'table'].includes(role));

/** Blocks of text of this role, without those that are a part of another one. */
function blocksOf(tree: SnapshotNode, role: 'paragraph' | 'generic'): SnapshotNode[] {
  const texts = [...walk(tree)].filter((node) => node.role === role && node.ref !== null && (isText(node) || isSpelled(node)));
  return texts.filter((node) => !texts.some((other) => other !== node && [...walk(other)].includes(node)));
}

/** One text, each letter of which is an element: `4 7 1 1` in four boxes is a code. */
const isSpelled = (node: SnapshotNode): boolean =>
  node.children.length > 1 &&
  node.children.every((child) => {
    const text = typeof child === 'string' ? squeeze(child) : textIn(child);
    return text.length === 1 || (typeof child === 'string' && !text.includes(' '));
  });

/** Files into the only field of the page that takes some, or into the one that is named; the field must say the name afterwards. */
export async function upload(page: Observation, { files, target }: Extract<Command, { kind: 'upload' }>): Promise<Move> {
  const tree = await page.snapshot();
  const scoped = within(tree, target?.within ?? null, await page.title());
  if ('problem' in scoped) return notYet(scoped.problem);
  const asked = fieldsOf(scoped.found, ['button', 'textbox']);
  const facts = await Promise.all(asked.map(({ node }) => (node.ref === null ? null : page.inspect(node.ref))));
  const fields = asked.filter((_, index) => facts[index]?.type === 'file');
  const wanted = target?.name ?? null;
  const rank = (least: number) =>
    fields.filter(({ node, label }) => wanted === null || likeness(label, wanted) >= least || likeness(node.name, wanted) >= least);
  const fitting = rank(2).length > 0 ? rank(2) : rank(1);
  const at = target?.ordinal ?? null;
  const field = at !== null ? fitting.at(at < 0 ? at : at - 1) : fitting.length === 1 ? fitting[0] : undefined;
  const there = listed(fields.map(({ node, label }) => describe({ ...node, name: label })));
  if (!field?.node.ref)
    return notYet(
      `${fitting.length > 1 ? 'more than one field' : 'no field'} of the page takes ${wanted === null ? 'files' : `files for "${wanted}"`}${there ? `; there is ${there}` : ''}`,
    );
  const { ref } = field.node;
  if (files.length > 1 && facts[asked.indexOf(field)]?.multiple === false) return fail(`the field takes one file, not ${files.length}`);
  const verify: Verify = async (now) => {
    const held = await now.inspect(ref);
    if (!held) return 'the field went away with the file, so it cannot be seen whether it was taken';
    return held.value?.endsWith(files[0] ?? '') ? null : 'the field does not hold the file';
  };
  return act({ kind: 'giveFiles', ref, names: files }, `${files.join(', ')} into ${describe({ ...field.node, name: field.label })}`, {
    confidence: 0.95,
    verify,
  });
}

export async function highlight(page: Observation, target: Target): Promise<Move> {
  const found = await readText(page, target);
  if ('problem' in found) return notYet(found.problem);
  return act({ kind: 'selectText', ref: found.ref }, found.source, { confidence: 0.95 });
}
