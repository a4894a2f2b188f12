/** Applications as people meet them: a shop, a form of settings, a list of tickets. The title of each tells what was done, in order. */

const LOG = `<script>const did = []; const log = (what) => { did.push(what); document.title = did.join('; '); };</script>`;

/**
 * Cards with icons: one that says what it is to who points at it, one that only its class names, one from a set of pictures. A remark of the
 * shop comes over the page when the coupon is first typed into, and takes what was typed.
 */
export const SHOP = `<title>nothing</title>${LOG}<style>.ico { display: inline-block; width: 16px; height: 16px; background: silver } .ico:hover { cursor: pointer } .deco { display: inline-block; width: 16px; height: 16px }</style>
<header><h1>Tea shop</h1><form role="search" onsubmit="log('search ' + q.value); return false"><input id="q" type="search" aria-label="Search"></form><button onclick="log('cart')">Cart <span>(2)</span></button></header>
<main><ul>${[
  ['Green tea', '€ 4.00'],
  ['Black tea', '€ 3.50'],
  ['Mint', '€ 5.20'],
]
  .map(
    ([
      name,
      price,
    ]) => `<li><span class="deco bookmark"></span><h2><a href="#${name}" onclick="log('open ${name}')">${name}</a></h2><p>${price}</p>
<button onclick="log('add ${name}')">Add to cart</button> <span class="ico heart" onclick="log('like ${name}')"></span>
<span class="ico" title="Compare" onclick="log('compare ${name}')"></span>
<button onclick="log('share ${name}')"><i class="ico fa fa-share-alt"></i></button>
<button onclick="if (confirm('Hide ${name}?')) log('hide ${name}'); else log('keep ${name}')">Hide</button></li>`,
  )
  .join('')}</ul>
<fieldset><legend>Kinds</legend>${['Loose', 'Bags', 'Gift'].map((kind) => `<label><input type="checkbox" onchange="log('${kind} ' + this.checked)"> ${kind}</label>`).join(' ')}</fieldset>
<label>Order by <select onchange="log('order ' + this.value)"><option>Name<option>Price<option>Age</select></label>
<form onsubmit="log('coupon ' + coupon.value); return false"><label>Coupon <input id="coupon" onfocus="remark()"></label> <button>Apply</button></form></main>
<script>let remarked = false;
function remark() {
  if (remarked) return;
  remarked = true;
  coupon.disabled = true;
  document.body.insertAdjacentHTML('beforeend', '<div id="remark"><p>Join our club?</p><p><button onclick="log(\\'joined\\')">Join</button> <button onclick="remark_.remove()">No thanks</button></p></div>');
  window.remark_ = { remove() { document.getElementById('remark').remove(); coupon.disabled = false; } };
}</script>`;

/** Nothing of it holds until it is saved; what is dangerous asks, by the browser or by a dialog of the page. A code is shown in boxes of one digit each. */
export const PREFERENCES = `<title>nothing</title>${LOG}<h1>Preferences</h1>
<form aria-label="Profile" onsubmit="log(new URLSearchParams(new FormData(this)).toString()); return false">
<label>Display name <input name="name" value="Ada"></label> <label>Work email <input name="work"></label> <label>Home email <input name="home"></label>
<label>Language <select name="lang"><option>English<option>French<option>German</select></label>
<fieldset><legend>Theme</legend>${['Light', 'Dark'].map((theme) => `<label><input type="radio" name="theme" value="${theme}"> ${theme}</label>`).join(' ')}</fieldset>
<fieldset><legend>Alerts</legend>${['Mentions', 'Replies', 'Digest'].map((kind) => `<label><input type="checkbox" name="by" value="${kind}"${kind === 'Digest' ? ' checked' : ''}> ${kind}</label>`).join(' ')}</fieldset>
<button>Save</button></form>
<button onclick="log(confirm('Reset all?') ? 'reset' : 'not reset')">Reset</button>
<button onclick="log('named ' + prompt('New name?', 'Lab'))">Rename workspace</button>
<button onclick="if (confirm('Delete?')) log(confirm('Really?') ? 'gone' : 'spared')">Delete account</button>
<button onclick="alert('Backup begun'); log('backup')">Back up</button>
<button onclick="leave.showModal()">Leave team</button>
<dialog id="leave" aria-label="Leave"><p>Leave the team?</p><button onclick="log('left'); leave.close()">Yes</button> <button onclick="log('stayed'); leave.close()">No</button></dialog>
<section aria-label="Second step"><h2>Second step</h2><div>${[...'4711'].map((digit) => `<span style="display: inline-block; margin: 3px; border: 1px solid">${digit}</span>`).join('')}</div>
<label>Code <input id="code"></label> <button onclick="log('code ' + code.value)">Verify</button></section>`;

/** Rows open by a double click and have a menu of their own; stars are icons with a title. */
export const TICKETS = `<title>nothing</title>${LOG}<style>.star { display: inline-block; width: 14px; height: 14px; background: gold; cursor: pointer }</style><h1>Tickets</h1>
<div role="tablist">${['Open', 'Closed'].map((name, at) => `<button role="tab" aria-selected="${at === 0}" onclick="log('tab ${name}')">${name}</button>`).join('')}</div>
<table><thead><tr><th>Number<th>Subject<th>From<th>Actions</tr></thead><tbody>${[
  ['T-17', 'Printer on fire', 'Ann'],
  ['T-18', 'No coffee', 'Bob'],
  ['T-19', 'Printer is out', 'Cid'],
]
  .map(
    ([
      number,
      subject,
      from,
    ]) => `<tr ondblclick="log('edit ${number}')" oncontextmenu="menu(event, '${number}')"><td>${number}<td>${subject}<td>${from}<td>
<button onclick="log('close ${number}')">Close</button> <button onclick="log('assign ${number}')">Assign</button> <span class="star" title="Star" onclick="log('star ${number}')"></span></tr>`,
  )
  .join('')}</tbody></table>
<ul role="menu" id="rowmenu" hidden>${['Merge', 'Archive'].map((name) => `<li role="menuitem" tabindex="0" onclick="log('${name.toLowerCase()} ' + rowmenu.dataset.row)">${name}</li>`).join('')}</ul>
<label>Reply <textarea id="reply"></textarea></label> <button onclick="log('reply ' + reply.value)">Send</button>
<button onclick="log('refresh')">Refresh</button> <button onclick="later()">Load more</button><p id="state"></p>
<script>function menu(event, row) { event.preventDefault(); rowmenu.hidden = false; rowmenu.dataset.row = row; }
function later() { setTimeout(() => { state.textContent = 'All loaded'; log('loaded'); }, 150); }</script>`;
