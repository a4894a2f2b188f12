// What `run get ID --json` does, without anything that is not needed for it.
import { get } from 'node:http';

get(process.argv[2], { headers: { 'x-api-key': 'key' } }, (response) => {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (part) => {
    text += part;
  });
  response.on('end', () => process.stdout.write(`${JSON.stringify(JSON.parse(text))}\n`));
});
