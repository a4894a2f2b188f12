/** How the report looks: light and dark by the reader's own setting, and on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --raised: #f6f7f9; --ink: #1b1f24; --faint: #57606a; --line: #d5d9df; --link: #0550ae;
  --good: #116329; --bad: #a40e26; --warn: #7a4b00; --focus: #0969da; --mark: #fff1b8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0f1216; --raised: #181c22; --ink: #e6eaf0; --faint: #a1abb7; --line: #333a44; --link: #79b8ff;
    --good: #56d364; --bad: #ff8b80; --warn: #e3b341; --focus: #58a6ff; --mark: #4d3f00;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
header, main, footer, nav { max-width: 64rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
h1.long { font-size: 1.15rem; line-height: 1.4; }
h2 { font-size: 1.15rem; margin: 2rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; padding: .5rem 1rem; background: var(--raised); }
.skip:focus { left: 0; top: 0; z-index: 1; }
.badge { display: inline-block; padding: 0 .6rem; border: 2px solid currentColor; border-radius: 1rem; font-weight: 600; }
.completed { color: var(--good); } .failed, .terminated, .timed_out { color: var(--bad); } .canceled, .paused { color: var(--warn); }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .75rem 0; }
dl.facts dt { color: var(--faint); } dl.facts dd { margin: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 1rem 0 0; padding: .5rem 0; border-block: 1px solid var(--line); }
pre, code, kbd { font: .875rem/1.45 ui-monospace, monospace; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: .4rem; padding: .75rem; overflow: auto; white-space: pre-wrap; max-height: 32rem; }
kbd { border: 1px solid var(--line); border-radius: .25rem; padding: 0 .35rem; background: var(--raised); }
.scroll { overflow: auto; } table { border-collapse: collapse; min-width: 50%; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: start; vertical-align: top; } th { background: var(--raised); }
.reason { border-inline-start: 4px solid var(--bad); background: var(--raised); padding: .6rem 1rem; margin: 0; white-space: pre-wrap; }
.tools { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; position: sticky; top: 0; background: var(--paper); padding: .5rem 0; z-index: 1; }
input[type=search] { font: inherit; padding: .3rem .6rem; min-width: 16rem; border: 1px solid var(--faint); border-radius: .4rem; background: var(--paper); color: inherit; }
button { font: inherit; padding: .3rem .8rem; border: 1px solid var(--faint); border-radius: .4rem; background: var(--raised); color: inherit; cursor: pointer; }
ol.tree, ol.tree ol { list-style: none; margin: 0; padding: 0; } ol.tree ol { padding-inline-start: 1.25rem; border-inline-start: 2px solid var(--line); }
ol.tree li { padding: .4rem 0 .1rem .25rem; border-radius: .3rem; scroll-margin-top: 4rem; }
.own { display: flex; gap: 0 1.25rem; flex-wrap: wrap; } .own > div { flex: 1 1 20rem; }
.own details { margin: 0; } .own summary { list-style: none; } .own summary::-webkit-details-marker { display: none; }
.own img { display: block; width: 11rem; } .own details[open] { flex-basis: 100%; } .own details[open] img { width: 100%; }
.what { display: flex; flex-wrap: wrap; gap: 0 .6rem; align-items: baseline; } .what .kind { font-weight: 600; }
.status { font-size: .8rem; } .took { margin-inline-start: auto; color: var(--faint); font-size: .85rem; }
.why, .more { margin: .1rem 0 0; color: var(--faint); white-space: pre-wrap; } .more { font-size: .85rem; }
details { margin: .35rem 0; } summary { cursor: pointer; color: var(--link); }
img, video { max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: .4rem; background: var(--raised); }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1rem; } figure { margin: 0; } figcaption { color: var(--faint); font-size: .85rem; }
footer { color: var(--faint); padding-block: 2rem; font-size: .85rem; }
[hidden] { display: none !important; }
@media print {
  :root { --paper: #fff; --raised: #fff; --ink: #000; --faint: #333; --line: #999; --link: #000; --good: #000; --bad: #000; --warn: #000; }
  nav, .tools, .skip, video, .keys { display: none; } pre { max-height: none; } .own details[open] { flex-basis: auto; } .own details[open] img { width: 14rem; } li, figure, img { break-inside: avoid; } body { font-size: 11pt; }
}
`;
