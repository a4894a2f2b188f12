/** The ways that a page has to make a browser ask for something, each to a port of its own: where one got through is told by the port. */

/** Address of the vector's own target with `scheme`, as an attribute or as a JavaScript string, quotes included. */
interface To {
  readonly attribute: (scheme?: string) => string;
  readonly script: (scheme?: string) => string;
  /** The same target behind a redirect of the page's own site. */
  readonly redirected: string;
}

const inScript = (code: string) => `<script>try { ${code} } catch {}</script>`;

const VECTORS: Readonly<Record<string, (to: To) => string>> = {
  image: ({ attribute }) => `<img src="${attribute()}">`,
  'image by script': ({ script }) => inScript(`new Image().src = ${script()}`),
  'image of a set': ({ attribute }) => `<img srcset="${attribute()} 1x">`,
  'image of a picture': ({ attribute }) => `<picture><source srcset="${attribute()}"><img></picture>`,
  'image of SVG': ({ attribute }) => `<svg><image href="${attribute()}"/></svg>`,
  'image as button': ({ attribute }) => `<input type="image" src="${attribute()}">`,
  background: ({ attribute }) => `<table background="${attribute()}"><tr><td>x</table>`,
  fetch: ({ script }) => inScript(`fetch(${script()}, { mode: 'no-cors' }).catch(() => {})`),
  'fetch over TLS': ({ script }) => inScript(`fetch(${script('https')}, { mode: 'no-cors' }).catch(() => {})`),
  'fetch that outlives the page': ({ script }) => inScript(`fetch(${script()}, { mode: 'no-cors', keepalive: true }).catch(() => {})`),
  'fetch after a preflight': ({ script }) => inScript(`fetch(${script()}, { method: 'PUT', headers: { x: '1' } }).catch(() => {})`),
  XMLHttpRequest: ({ script }) => inScript(`const x = new XMLHttpRequest(); x.open('GET', ${script()}); x.send()`),
  beacon: ({ script }) => inScript(`navigator.sendBeacon(${script()}, 'x')`),
  WebSocket: ({ script }) => inScript(`new WebSocket(${script('ws')})`),
  'WebSocket over TLS': ({ script }) => inScript(`new WebSocket(${script('wss')})`),
  EventSource: ({ script }) => inScript(`new EventSource(${script()})`),
  script: ({ attribute }) => `<script src="${attribute()}"></script>`,
  module: ({ script }) => inScript(`import(${script()}).catch(() => {})`),
  'preloaded module': ({ attribute }) => `<link rel="modulepreload" href="${attribute()}">`,
  'style sheet': ({ attribute }) => `<link rel="stylesheet" href="${attribute()}">`,
  'imported style': ({ script }) => `<style>@import ${script()};</style>`,
  'url in a style': ({ script }) => `<style>.shown { background: url(${script()}) }</style><p class="shown">x</p>`,
  typeface: ({ script }) => `<style>@font-face { font-family: far; src: url(${script()}) }</style><p style="font-family: far">x</p>`,
  frame: ({ attribute }) => `<iframe src="${attribute()}"></iframe>`,
  'frame sent elsewhere': ({ script }) => `<iframe id="sent"></iframe>${inScript(`sent.contentWindow.location = ${script()}`)}`,
  'frame with a document of its own': ({ attribute }) => `<iframe srcdoc="<img src='${attribute()}'>"></iframe>`,
  'frame that refreshes': ({ attribute }) => `<iframe srcdoc="<meta http-equiv='refresh' content='0;url=${attribute()}'>"></iframe>`,
  'frame of data': ({ script }) =>
    inScript(
      `const f = document.createElement('iframe'); f.src = 'data:text/html;charset=utf-8,' + encodeURIComponent('<img src="' + ${script()} + '">'); document.body.append(f)`,
    ),
  'frame of a blob': ({ script }) =>
    inScript(
      `const f = document.createElement('iframe'); f.src = URL.createObjectURL(new Blob(['<img src="' + ${script()} + '">'], { type: 'text/html' })); document.body.append(f)`,
    ),
  object: ({ attribute }) => `<object data="${attribute()}"></object>`,
  embed: ({ attribute }) => `<embed src="${attribute()}" type="text/html">`,
  video: ({ attribute }) => `<video src="${attribute()}" preload="auto"></video>`,
  poster: ({ attribute }) => `<video poster="${attribute()}"></video>`,
  audio: ({ attribute }) => `<audio src="${attribute()}" preload="auto"></audio>`,
  'form that is sent': ({ attribute }) =>
    `<form id="posted" method="post" action="${attribute()}" target="out"></form><iframe name="out"></iframe>${inScript('posted.submit()')}`,
  'window that opens': ({ script }) => inScript(`window.open(${script()})`),
  'ping of a link': ({ attribute }) => `<a id="pinging" href="#" ping="${attribute()}">x</a>${inScript('pinging.click()')}`,
  download: ({ attribute }) =>
    `<a id="saved" href="${attribute()}" target="saves" download>x</a><iframe name="saves"></iframe>${inScript('saved.click()')}`,
  preload: ({ attribute }) => `<link rel="preload" as="image" href="${attribute()}">`,
  prefetch: ({ attribute }) => `<link rel="prefetch" href="${attribute()}">`,
  worker: ({ script }) =>
    inScript(`new Worker(URL.createObjectURL(new Blob(['fetch(' + JSON.stringify(${script()}) + ', { mode: "no-cors" })'])))`),
  'script of a worker': ({ script }) =>
    inScript(`new Worker(URL.createObjectURL(new Blob(['importScripts(' + JSON.stringify(${script()}) + ')'])))`),
  'shared worker': ({ script }) =>
    inScript(`new SharedWorker(URL.createObjectURL(new Blob(['fetch(' + JSON.stringify(${script()}) + ', { mode: "no-cors" })'])))`),
  'image behind a redirect': ({ redirected }) => `<img src="${redirected}">`,
  'fetch behind a redirect': ({ redirected }) => inScript(`fetch('${redirected}', { mode: 'no-cors' }).catch(() => {})`),
  'frame behind a redirect': ({ redirected }) => `<iframe src="${redirected}"></iframe>`,
  'script behind a redirect': ({ redirected }) => `<script src="${redirected}"></script>`,
};

export const VECTOR_NAMES = Object.keys(VECTORS);

/** Above all ports that Chromium does not connect to. */
const FIRST_PORT = 21_000;
export const portOf = (vector: string): number => FIRST_PORT + VECTOR_NAMES.indexOf(vector);
export const vectorOf = (port: number): string => VECTOR_NAMES[port - FIRST_PORT] ?? `port ${port}`;

/** A page that tries to reach `host`, written as an attacker writes it, in every way. */
export function attackPage(host: string): string {
  return VECTOR_NAMES.map((name) => {
    const url = (scheme = 'http') => `${scheme}://${host}:${portOf(name)}/${name.replaceAll(' ', '-')}`;
    return VECTORS[name]?.({
      attribute: (scheme) => url(scheme).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
      script: (scheme) => JSON.stringify(url(scheme)).replaceAll('<', '\\u003c'),
      redirected: `/redirect?to=${encodeURIComponent(url())}`,
    });
  }).join('\n');
}
