/** CSV as it comes, piece by piece (RFC 4180: quotes, doubled quotes, line feeds in quotes; a byte order mark is passed over). */
import { UsageError } from '../errors.js';

/** Records of texts, one at a time: of a file of any size no more is held than one record. Empty lines are none. */
export async function* csvRecords(pieces: AsyncIterable<string>): AsyncGenerator<string[], void> {
  let record: string[] = [];
  let field = '';
  let state: 'plain' | 'quoted' | 'quote in quotes' = 'plain';
  let line = 1;
  let quotedAt = 1;
  let first = true;
  const endField = () => {
    record.push(field);
    field = '';
    state = 'plain';
  };
  for await (const piece of pieces) {
    for (const character of first ? piece.replace(/^\ufeff/, '') : piece) {
      first = false;
      if (character === '\n') line++;
      if (state === 'quoted') {
        if (character === '"') state = 'quote in quotes';
        else field += character;
      } else if (state === 'quote in quotes' && character === '"') {
        field += '"';
        state = 'quoted';
      } else if (character === ',') endField();
      else if (character === '\n') {
        if (state === 'plain' && field.endsWith('\r')) field = field.slice(0, -1);
        endField();
        if (record.length > 1 || record[0] !== '') yield record;
        record = [];
      } else if (character === '"' && field === '' && state === 'plain') {
        state = 'quoted';
        quotedAt = line;
      } else if (state === 'plain' || character !== '\r') field += character;
    }
  }
  if (state === 'quoted')
    throw new UsageError(`the quote that opens in line ${quotedAt} is never closed`, { hint: 'a quote in a quoted text is written twice' });
  endField();
  if (record.length > 1 || record[0] !== '') yield record;
}
