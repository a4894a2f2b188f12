// What `run list -n 100` does in a pipe, without anything that is not needed for it.
import { get } from 'node:http';

get(process.argv[2], { headers: { 'x-api-key': 'key' } }, (response) => {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (part) => {
    text += part;
  });
  response.on('end', () => {
    const rows = JSON.parse(text).map((run) => [
      run.run_id,
      run.status,
      run.task_run_type,
      run.started_at ?? run.created_at,
      run.title ?? '',
    ]);
    process.stdout.write(rows.map((row) => `${row.join('\t')}\n`).join(''));
  });
});
