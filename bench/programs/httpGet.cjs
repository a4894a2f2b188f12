// httpGet.mjs as CommonJS: `import` of node:http costs 17 ms, `require` one.
const { get } = require('node:http');

get(process.argv[2], { headers: { 'x-api-key': 'key' } }, (response) => {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (part) => {
    text += part;
  });
  response.on('end', () => process.stdout.write(`${JSON.stringify(JSON.parse(text))}\n`));
});
