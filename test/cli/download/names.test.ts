import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extensionOf, nameFor } from '../../../src/cli/download/fileType.js';
import { Names, safeName } from '../../../src/cli/download/names.js';

describe('A33 a name that a page chose stays in its folder, on any system', () => {
  test.each([
    ['..', 'x'],
    ['.', 'x'],
    ['', 'x'],
    ['   ', 'x'],
    ['../../.bashrc', 'bashrc'],
    ['/etc/passwd', 'passwd'],
    ['C:\\Windows\\win.ini', 'win.ini'],
    ['..\\x', 'x'],
    ['a/../../b', 'b'],
    ['a\u2215b\uff0fc.txt', 'c.txt'],
    ['a\0b.txt', 'ab.txt'],
    ['report.pdf ', 'report.pdf_'],
    ['x.', 'x'],
    ['x:ads', 'x_ads'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['com1.log', '_com1.log'],
    ['-rf', 'rf'],
    ['.desktop', 'desktop'],
    ['a\u202egnp.exe', 'agnp.exe'],
    ['$(id).txt', '(id).txt'],
    ['Zoë.csv', 'Zoë.csv'],
    ['Zoe\u0308.csv', 'Zoë.csv'],
    ['a b.csv', 'a_b.csv'],
  ])('%j becomes %j', (original, safe) => {
    expect(safeName(original, 'x')).toBe(safe);
  });

  test('a long name keeps its ending and fits every file system', () => {
    const name = safeName(`${'ä'.repeat(300)}.csv`, 'x');
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    expect(name).toMatch(/^ä+\.csv$/);
  });

  test('whatever the name, nothing of it can leave the folder or be read twice in two ways', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const name = safeName(text, 'x');
        expect(name).not.toMatch(/[/\\\0:*?"<>|\p{Cc}]/u);
        expect(name).not.toMatch(/^[.-]|[. ]$/);
        expect(name.length).toBeGreaterThan(0);
        expect(safeName(name, 'x')).toBe(name);
      }),
    );
  });

  test('twins by case or Unicode form get names of their own', () => {
    const names = new Names();
    const taken = ['a.csv', 'A.csv', 'Zoë.csv', 'Zoe\u0308.CSV', 'a.csv'].map((name) => names.take(name));
    expect(taken).toEqual(['a.csv', 'A-2.csv', 'Zoë.csv', 'Zoe\u0308-2.CSV', 'a-3.csv']);
  });
});

describe('the first bytes decide the ending', () => {
  test.each([
    ['89504e470d0a1a0a00', 'png'],
    ['504b030414', 'zip'],
    ['000000206674797069736f6d', 'mp4'],
    ['1a45dfa3a3', 'webm'],
    ['255044462d312e37', 'pdf'],
    [Buffer.from('  <!DOCTYPE html><p>').toString('hex'), 'html'],
    [Buffer.from('{"a":1}').toString('hex'), 'json'],
    [Buffer.from('name,price\n').toString('hex'), 'txt'],
    ['0001020304', null],
    ['', null],
  ])('%s is %s', (hex, extension) => {
    expect(extensionOf(Buffer.from(hex, 'hex'))).toBe(extension);
  });

  test.each([
    ['recording.webm', 'mp4', 'recording.webm.mp4'],
    ['picture.png', 'zip', 'picture.png.zip'],
    ['picture.png', 'html', 'picture.png.html'],
    ['table.csv', 'txt', 'table.csv'],
    ['table.xlsx', 'zip', 'table.xlsx'],
    ['photo.jpeg', 'jpg', 'photo.jpeg'],
    ['report', 'pdf', 'report.pdf'],
    ['data.bin', null, 'data.bin'],
  ])('%s of kind %s is called %s', (name, extension, called) => {
    expect(nameFor(name, extension)).toBe(called);
  });
});
