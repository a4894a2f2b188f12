// As little as an Ink program can be: one line that stays.
import { render, Text } from 'ink';
import { createElement } from 'react';

render(createElement(Text, null, `hello ${process.argv[2]}`));
setInterval(() => {}, 1_000);
