/** The ways that a page has to make a browser ask for something, each to a port of its own: where one got through is told by the port. */

/** Address of the vector's own target with `scheme`, as an attribute or as a JavaScript string, quotes included. */
interface To {
  readonly attribute: (scheme?: string) => string;
  readonly script: (scheme?: string) => string;
  /** The same target behind a redirect of the page's own site. */
  readonly redirected: string;
  /** A page of the site's own whose answer has this header, with the target in the place of `URL`. */
  readonly answeredWith: (header: string, value: string, body?: string) => string;
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
  'form that is sent to a new window': ({ attribute }) =>
    `<form id="away" method="post" action="${attribute()}" target="_blank"><input name="x" value="1"></form>${inScript('away.submit()')}`,
  'form of one button': ({ attribute }) =>
    `<form method="post" action="/" target="out2"><button id="led" formaction="${attribute()}">x</button></form><iframe name="out2"></iframe>${inScript('led.click()')}`,
  'beacon of a page that is left': ({ script }) =>
    inScript(
      `const f = document.createElement('iframe'); f.srcdoc = '<script>addEventListener("pagehide", () => navigator.sendBeacon(' + JSON.stringify(${script()}) + '))<' + '/script>'; f.onload = () => f.remove(); document.body.append(f)`,
    ),
  'request of a page that is left': ({ script }) =>
    inScript(
      `const f = document.createElement('iframe'); f.srcdoc = '<script>addEventListener("pagehide", () => fetch(' + JSON.stringify(${script()}) + ', { mode: "no-cors", keepalive: true }))<' + '/script>'; f.onload = () => f.remove(); document.body.append(f)`,
    ),
  'fetch for later': ({ script }) => inScript(`fetchLater(${script()}, { activateAfter: 0 })`),
  'module of a worker': ({ script }) =>
    inScript(
      `new Worker(URL.createObjectURL(new Blob(['import ' + JSON.stringify(${script()})], { type: 'text/javascript' })), { type: 'module' })`,
    ),
  'style as a module': ({ script }) => inScript(`import(${script()}, { with: { type: 'css' } }).catch(() => {})`),
  'module by another name': ({ script }) =>
    `<script>{ const m = document.createElement('script'); m.type = 'importmap'; m.textContent = JSON.stringify({ imports: { harmless: ${script()} } }); document.body.append(m) }</script><script type="module">import('harmless').catch(() => {})</script>`,
  worklet: ({ script }) => inScript(`new AudioContext().audioWorklet.addModule(${script()}).catch(() => {})`),
  'worklet that paints': ({ script }) => inScript(`CSS.paintWorklet.addModule(${script()}).catch(() => {})`),
  'typeface by script': ({ script }) => inScript(`new FontFace('near', 'url(' + ${script()} + ')').load().catch(() => {})`),
  'image of a set in a style': ({ script }) =>
    `<p style="width: 9px; height: 9px; background: image-set(${script().replaceAll('"', "'")} 1x)">x</p>`,
  'part of a drawing': ({ attribute }) =>
    `<svg><filter id="f"><feImage href="${attribute()}"/></filter><rect width="9" height="9" filter="url(#f)"/></svg>`,
  'subtitles of a video': ({ attribute }) => `<video crossorigin><track default kind="subtitles" src="${attribute()}"></video>`,
  'page that is fetched ahead': ({ script }) =>
    inScript(
      `const r = document.createElement('script'); r.type = 'speculationrules'; r.textContent = JSON.stringify({ prefetch: [{ source: 'list', urls: [${script()}], eagerness: 'immediate' }] }); document.body.append(r)`,
    ),
  'page that is drawn ahead': ({ script }) =>
    inScript(
      `const r = document.createElement('script'); r.type = 'speculationrules'; r.textContent = JSON.stringify({ prerender: [{ source: 'list', urls: [${script()}], eagerness: 'immediate' }] }); document.body.append(r)`,
    ),
  'report of a policy that was broken': ({ answeredWith }) =>
    `<iframe src="${answeredWith('content-security-policy', "img-src 'none'; report-uri URL", '<img src="/x">')}"></iframe>`,
  'header that refreshes': ({ answeredWith }) => `<iframe src="${answeredWith('refresh', '0;url=URL')}"></iframe>`,
  'header that loads ahead': ({ answeredWith }) => `<iframe src="${answeredWith('link', '<URL>; rel=preload; as=image')}"></iframe>`,
  'style sheet of XML': ({ attribute }) =>
    `<object type="text/xml" data="data:text/xml;charset=utf-8,%3C%3Fxml-stylesheet type='text/css' href='${attribute().replaceAll('%', '%25').replaceAll('#', '%23')}'%3F%3E%3Ca/%3E"></object>`,
  'site that logs in': ({ script }) =>
    inScript(`navigator.credentials.get({ identity: { providers: [{ configURL: ${script('https')}, clientId: 'x' }] } }).catch(() => {})`),
  'call by a relay over TCP': ({ script }) =>
    inScript(
      `const at = new URL(${script()}); const peer = new RTCPeerConnection({ iceServers: [{ urls: 'turn:' + at.host + '?transport=tcp', username: 'x', credential: 'x' }], iceTransportPolicy: 'relay' }); peer.createDataChannel('x'); peer.createOffer().then((offer) => peer.setLocalDescription(offer)).catch(() => {})`,
    ),
  'socket stream': ({ script }) => inScript(`new WebSocketStream(${script('ws')}).opened.catch(() => {})`),
};

export const VECTOR_NAMES = Object.keys(VECTORS);

/** Chromium itself does these with pages over TLS and of this machine only, */
const NEAR_ONLY = ['fetch for later', 'page that is fetched ahead', 'page that is drawn ahead'];
/** and these of the names of this machine only with that which the site itself has. */
const OWN_HOST_ONLY = ['page that is fetched ahead', 'page that is drawn ahead'];
const NOT_DONE: Readonly<Record<string, readonly string[]>> = { '127.0.0.1': [], localhost: OWN_HOST_ONLY };
/** Those that arrive at `host` when nothing guards it. */
export const unguardedTo = (host: string): readonly string[] =>
  VECTOR_NAMES.filter((name) => !(NOT_DONE[host] ?? NEAR_ONLY).includes(name));

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
      answeredWith: (header, value, body = '') =>
        `/answered?${new URLSearchParams({ header, value: value.replace('URL', url()), body })}`
          .replaceAll('&', '&amp;')
          .replaceAll("'", '%27'),
    });
  }).join('\n');
}
