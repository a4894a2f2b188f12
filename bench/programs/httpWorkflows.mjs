// What `workflow list -n 100` does in a pipe, without anything that is not needed for it.
import { get } from 'node:http';

get(process.argv[2], { headers: { 'x-api-key': 'key' } }, (response) => {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (part) => {
    text += part;
  });
  response.on('end', () => {
    const rows = JSON.parse(text).map((each) => [each.workflow_permanent_id, each.version, each.modified_at, each.title]);
    process.stdout.write(rows.map((row) => `${row.join('\t')}\n`).join(''));
  });
});
