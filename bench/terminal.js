// A program in a real pseudo-terminal.
import { spawn } from '@lydell/node-pty';

/** Starts a Node program; `shows(text)` resolves with the milliseconds from its start until the terminal got that text. */
export function inTerminal(args, { env, cwd }) {
  const startedAt = performance.now();
  const pty = spawn(process.execPath, args, { name: 'xterm-256color', cols: 100, rows: 30, env, cwd });
  const ended = new Promise((resolve) => pty.onExit(resolve));
  let screen = '';
  let look = () => {};
  pty.onData((data) => {
    screen += data;
    look();
  });
  return {
    pid: pty.pid,
    shows: (text) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (screen.includes(text)) resolve(performance.now() - startedAt);
        };
        look();
        ended.then(() => reject(new Error(`${args.join(' ')} ended without "${text}": ${screen.slice(-500)}`)));
      }),
    async end() {
      pty.kill('SIGTERM');
      await ended;
    },
  };
}
