/** Pages that the rules engine is tried on: an order list, a settings form, widgets as pages make them. Each tells in its title what was done. */

export const ORDERS = `<title>Orders</title><h1>Orders</h1><script>const log = (text) => { document.title = text; };</script>
<table aria-label="Orders"><thead><tr><th><button onclick="order(0)">Number</button><th><button onclick="order(1)">Customer</button><th><button onclick="order(2)">Total</button><th>Action</tr></thead>
<tbody>${[
  ['1003', 'Bob', '$12.50'],
  ['1001', 'Ann', '$9.00'],
  ['1002', 'Cid', '$110.00'],
]
  .map(
    ([number, customer, total]) =>
      `<tr><td>${number}<td>${customer}<td>${total}<td><button onclick="log('cancel ${number}')">Cancel</button></tr>`,
  )
  .join('')}</tbody></table>
<button onclick="dialog.showModal()">Delete all</button>
<dialog id="dialog" aria-label="Confirm"><p>Really?</p><button onclick="log('deleted'); dialog.close()">Delete</button>
<button onclick="log('kept'); dialog.close()">Keep</button><button aria-label="Close" onclick="log('closed'); dialog.close()">×</button></dialog>
<script>const up = {};
function order(column) {
  up[column] = !up[column];
  const key = (row) => { const text = row.cells[column].textContent.replace('$', ''); return isNaN(text) ? text : Number(text); };
  const body = document.querySelector('tbody');
  body.append(...[...body.rows].sort((a, b) => (key(a) > key(b) ? 1 : -1) * (up[column] ? 1 : -1)));
}</script>`;

export const SETTINGS = `<title>Settings</title><form onsubmit="document.title = new URLSearchParams(new FormData(this)); return false">
<label>Full name <input name="name" value="Ada"></label> <label>E-mail <input name="mail"></label>
<label>Phone <input name="phone" oninput="this.value = this.value.replace(/(\\d{3})(\\d{3})(\\d{4})/, '($1) $2-$3')"></label>
<label>Plan <select name="plan"><option>Free<option>Pro<option>Team</select></label>
<label>Teams <select name="teams" multiple><option>Red<option>Blue<option>Green</select></label>
<fieldset><legend>Notify me by</legend>${['Mail', 'SMS', 'Push'].map((way) => `<label><input type="checkbox" name="by" value="${way}"${way === 'Mail' ? ' checked' : ''}> ${way}</label>`).join('')}</fieldset>
<fieldset><legend>Size</legend><label><input type="radio" name="size" value="s"> Small</label> <label><input type="radio" name="size" value="l"> Large</label></fieldset>
<label>Starts <input type="date" name="start"></label> <label>At <input type="time" name="at"></label>
<label>Volume <input type="range" name="volume" min="0" max="10" value="5"></label> <label>Guests <input type="number" name="guests" value="1"></label>
<label>About you <textarea name="about">Hello there, world</textarea></label> <button>Save</button></form>`;

/** A date field that cannot be typed into: a click opens a calendar, days of other months are shown greyed in it. */
export const CALENDAR = `<title>Trip</title><p>Departure date</p><input id="field" readonly onclick="show()"><div id="box"></div>
<button onclick="document.title = field.value">Book</button><script>
const names = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
let year = 2026, month = 0;
function show() {
  const days = new Date(year, month + 1, 0).getDate();
  const cells = Array.from({ length: days }, (_, index) => '<td><a href="#" onclick="pick(' + (index + 1) + '); return false">' + (index + 1) + '</a></td>');
  const rows = [];
  while (cells.length) rows.push('<tr>' + cells.splice(0, 7).join('') + '</tr>');
  rows.push('<tr><td class="other">1</td></tr>');
  box.innerHTML = '<div><a title="Prev" style="cursor:pointer" onclick="turn(-1)"><span>Prev</span></a> <a title="Next" style="cursor:pointer" onclick="turn(1)"><span>Next</span></a><span>' +
    names[month] + '</span> <span>' + year + '</span></div><table>' + rows.join('') + '</table>';
}
function turn(by) { month += by; if (month < 0) { month = 11; year--; } if (month > 11) { month = 0; year++; } show(); }
function pick(day) { field.value = [month + 1, day, year].join('/'); box.innerHTML = ''; }</script>`;

export const SECTIONS = `<title>Help</title><script>const log = (text) => { document.title = text; };
function toggle(button) { const open = button.getAttribute('aria-expanded') === 'true'; button.setAttribute('aria-expanded', String(!open)); button.nextElementSibling.hidden = open; }</script>
<details><summary>Shipping</summary><p>On Mondays. <a href="#s" onclick="log('terms of shipping')">Shipping terms</a></p></details>
<details><summary>Returns</summary><p>Within 30 days. <a href="#r" onclick="log('form')">Return form</a></p></details>
<h3><button aria-expanded="false" onclick="toggle(this)">Contact</button><p hidden>Call us</p></h3>
<button aria-haspopup="menu" aria-expanded="false" onclick="log('menu opened')">More</button>
<div role="tablist">${['One', 'Two', 'Three'].map((name) => `<button role="tab" aria-selected="${name === 'One'}" onclick="pane('${name}', this)">Tab ${name}</button>`).join('')}</div><div id="pane">first</div>
<script>function pane(name, tab) { for (const other of document.querySelectorAll('[role=tab]')) other.setAttribute('aria-selected', String(other === tab));
document.getElementById('pane').innerHTML = name === 'Three' ? 'third <a href="#t" onclick="log(\\'deep\\')">Deep link</a>' : name; }</script>
<ul role="menu"><li role="menuitem" tabindex="0" onmouseover="sub.hidden = false">Export<ul role="menu" id="sub" hidden><li role="menuitem" tabindex="0" onclick="log('pdf'); event.stopPropagation()">PDF</li></ul></li>
<li role="menuitem" tabindex="0" onclick="log('print')">Print</li></ul>`;

/** A slider and a switch of the page's own making, moved by keys and clicks. */
export const WIDGETS = `<title>Widgets</title><div role="slider" tabindex="0" aria-label="Brightness" aria-valuemin="0" aria-valuemax="20" aria-valuenow="5"
onkeydown="const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0; this.setAttribute('aria-valuenow', Math.max(0, Math.min(20, Number(this.getAttribute('aria-valuenow')) + step))); this.textContent = this.getAttribute('aria-valuenow'); document.title = this.textContent">5</div>
<button role="switch" aria-checked="false" onclick="const on = this.getAttribute('aria-checked') !== 'true'; this.setAttribute('aria-checked', String(on)); document.title = 'sounds ' + on">Sounds</button>
<div id="combo" role="combobox" aria-label="Fruit" tabindex="0" aria-expanded="false" onclick="list.hidden = !list.hidden">none</div>
<ul id="list" role="listbox" hidden><li role="option" onclick="pick(this)">Apple</li><li role="option" onclick="pick(this)">Pear</li></ul>
<script>function pick(option) { combo.textContent = option.textContent; list.hidden = true; document.title = option.textContent; }</script>`;

export const POSTS = `<title>Posts</title>${['ann', 'bob', 'anna', 'ann']
  .map(
    (name, index) =>
      `<div><p>Post ${index + 1} by @${name}</p><button onclick="document.title += ' ${index + 1}'; this.textContent = 'Shared'; this.disabled = true">Share</button></div>`,
  )
  .join('')}`;

/** A slider that no tree shows: an element without a name that takes arrow keys, and a number beside it. */
export const BLIND_SLIDER = `<title>Level</title><input aria-label="Notes"><h1>Level</h1><div tabindex="0" style="width: 80px; height: 9px; background: silver"
onkeydown="const to = Number(level.textContent) + ({ ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0); if (to >= 0 && to <= 9) level.textContent = to"></div><p id="level">4</p>
<button onclick="document.title = level.textContent">Save</button>`;

/** A file field, and a form that says what it holds. */
export const UPLOAD = `<title>Claim</title><label>Receipt <input type="file" id="receipt"></label><label>Photo <input type="file" id="photo"></label>
<button onclick="document.title = [receipt, photo].map((field) => [...field.files].map((file) => file.name + ' ' + file.size)).join('|')">Send</button>`;

/** Names with small words in them, and a word to copy from the page. */
export const PLACES = `<title>Places</title><select id="place" size="4"><option>Isle of Man<option>Trinidad and Tobago<option>Nepal</select><div>quick brown</div><input id="word">
<button onclick="document.title = place.value + '|' + word.value">Save</button>`;

/** A field that suggests, a moment after it was typed into, what holds the letters; a pick fills it. What is only typed is no choice. */
export const SUGGESTS = `<title>Trip</title><ul><li tabindex="0">Home<li tabindex="0">Abroad</ul><label>City <input id="city" role="combobox" aria-expanded="false"></label><label>Note <input></label>
<ul role="listbox" id="list" hidden></ul><button onclick="document.title = chosen">Book</button><script>let chosen = 'nothing';
const cities = ['Abidjan', 'Abha', 'Aberdeen', 'Lahab', 'Bern'];
city.oninput = () => setTimeout(() => {
  chosen = 'only typed';
  list.replaceChildren(...cities.filter((name) => name.toLowerCase().includes(city.value.toLowerCase())).map((name) => {
    const option = Object.assign(document.createElement('li'), { textContent: name, tabIndex: -1, onclick: () => { city.value = chosen = name; list.hidden = true; } });
    option.setAttribute('role', 'option');
    return option;
  }));
  list.hidden = false;
}, 60);</script>`;

/** A form whose button is called by no deed, a menu that shows while the pointer is over it, and a notice with a button of its own. */
export const SIGN_IN = `<title>Door</title><nav><div onmouseenter="sub.hidden = false"><button>Products</button><div id="sub" hidden><a href="#lamps" onclick="document.title = 'lamps'">Lamps</a></div></div></nav>
<form aria-label="Door" onsubmit="document.title = user.value + ' is in'; return false"><label>User <input id="user"></label><label>Password <input type="password"></label><button>Go</button></form>
<div role="region" aria-label="Notice"><p>We bake cookies</p><button onclick="document.title = 'notice'">OK</button></div>`;

/** Three sliders of the browser's own, and three that no tree shows, each with its number. */
export const MIXER = `<title>Mixer</title>${['Bass', 'Middle', 'Treble'].map((name) => `<label>${name} <input type="range" min="0" max="20" value="5"></label>`).join('')}
<button onclick="document.title = [...document.querySelectorAll('input')].map((each) => each.value)">Save</button>`;
export const BLIND_MIXER = `<title>Mixer</title>${[4, 4, 2]
  .map(
    (level) => `<div tabindex="0" style="width: 80px; height: 9px; background: silver"
onkeydown="const shown = this.nextElementSibling; shown.textContent = Number(shown.textContent) + ({ ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0)"></div><p>${level}</p>`,
  )
  .join('')}<button onclick="document.title = [...document.querySelectorAll('p')].map((each) => each.textContent)">Save</button>`;
