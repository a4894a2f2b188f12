/**
 * Whether an action pays, deletes or sends, told from what stands on the page.
 *
 * Rules for honest pages: a button says what it does. A page that wants to deceive can call a payment `Continue`; against such pages a
 * model's own flag is all there is besides. Words are those of shops, mailers and settings in the languages with most web pages.
 */
import type { ActionTarget, PageAction } from '../../browser/types.js';
import type { Risk } from '../../protocol/task.js';

/** Whole words, in lower case; `*` stands for any ending. */
const WORDS: Readonly<Record<Risk, readonly string[]>> = {
  pay: [
    'pay, payment, buy, purchase*, order now, place order, place your order, place my order, submit order, confirm order, complete order, check out, checkout',
    'donate*, subscribe, upgrade now, start trial, start membership, place bid, bid now, book now, confirm booking, reserve now, complete booking',
    'transfer, transfer money, send money, send payment, withdraw, top up, invest*, deposit, authorize payment, tip, rent now, bet, place bet',
    'bezahl*, zahl*, kaufen, jetzt kaufen, kostenpflichtig*, zahlungspflichtig*, bestellen, bestellung abschicken, spenden, überweis*, abonnieren, buchen',
    'payer, acheter, commander, passer commande, passer la commande, valider la commande, faire un don, virement, réserver, abonner',
    'pagar, comprar, realizar pedido, hacer pedido, donar, suscrib*, transferir, reservar, finalizar compra, assinar, doar, finalizar pedido',
    'paga, pagare, acquista*, ordina, dona, abbonati, prenota, betalen, kopen, bestel*, afrekenen, doneren, zapłać, kup, kup teraz, оплатить, купить, заказать',
  ],
  delete: [
    'delete*, remove*, erase*, destroy*, wipe*, discard*, deactivate*, terminate, revoke*, purge, uninstall, reset, clear all, clear history, empty trash',
    'empty bin, move to trash, move to bin, trash, close account, close my account, cancel subscription, cancel order, cancel membership, cancel account',
    'cancel booking, cancel my subscription, cancel plan, unsubscribe, leave team, leave organization, factory reset, drop, overwrite, archive, block',
    'lösch*, entfern*, verwerfen, kündig*, stornier*, konto schließen, abbestellen, papierkorb leeren, widerrufen',
    'supprimer, effacer, retirer, résilier, désactiver, vider la corbeille, fermer le compte, annuler la commande, désabonner',
    'eliminar, borrar, quitar, vaciar, cancelar suscripción, darse de baja, cerrar cuenta, excluir, apagar, remover, elimina*, cancella, rimuovi, svuota',
    'verwijder*, wissen, opzeggen, usuń, skasuj, удалить, стереть',
  ],
  send: [
    'send, sending, post, publish*, submit*, share, reply, reply all, forward, tweet, comment, add comment, post comment, leave review, invite*, apply now',
    'send message, send email, sign and send, sign document, accept and sign, go live, broadcast, report, upload*, request quote, contact us, deploy, merge',
    'senden, absenden, abschicken, veröffentlich*, teilen, antworten, weiterleiten, einreichen, bewerben, einladen, kommentieren, hochladen',
    'envoyer, publier, partager, répondre, transférer, soumettre, postuler, inviter, commenter',
    'enviar, publicar, compartir, responder, reenviar, invitar, comentar, postular, compartilhar, convidar, invia, pubblica, condividi, rispondi, inoltra',
    'verzend*, versturen, publiceren, delen, beantwoorden, wyślij, opublikuj, отправить, опубликовать, ответить',
  ],
};

/** Scripts without spaces between words: found anywhere. */
const SIGNS: Readonly<Record<Risk, RegExp>> = {
  pay: /支付|付款|购买|購入|下单|注文を?確定|支払|捐款|결제|구매/,
  delete: /删除|刪除|移除|削除|退会|注销|解約|삭제|탈퇴/,
  send: /发送|發送|送信|提交|发布|投稿|公開|分享|보내기|게시|제출/,
};

/** For each kind, its words anywhere in a text, and at its beginning. */
const PATTERNS = Object.fromEntries(
  Object.entries(WORDS).map(([risk, lines]) => {
    const words = lines.flatMap((line) => line.split(', ')).map((word) => word.replace(/\*$/, '\\p{L}*').replaceAll(' ', '\\s+'));
    const source = `(?<![\\p{L}\\d])(?:${words.join('|')})(?![\\p{L}\\d])`;
    return [risk, { anywhere: new RegExp(source, 'iu'), first: new RegExp(`^\\W*${source}`, 'iu') }];
  }),
) as Record<Risk, { readonly anywhere: RegExp; readonly first: RegExp }>;

const says = (risk: Risk, text: string, where: 'anywhere' | 'first' = 'anywhere'): boolean =>
  PATTERNS[risk][where].test(text) || SIGNS[risk].test(text);

/** What says yes to something said elsewhere. */
const YES =
  /^\W*(?:ok|okay|yes|confirm|continue|proceed|accept|agree|i agree|apply|done|finish|complete|go|next|i'?m sure|got it|do it|ja|bestätigen|weiter|oui|confirmer|continuer|valider|sí|si|confirmar|continuar|aceptar|conferma|continua|sim|tak|да|подтвердить|确定|确认|はい|확인)\b.{0,20}$/iu;

const CARD = /\bcc-(?:number|csc|exp)|card.?(?:number|no\b|cvv|cvc|expir)|cvv|cvc|\biban\b|kartennummer|account.?number/i;
const SEARCH = /search|query|^q$|\bq\b|filter|suche|recherche|buscar|ricerca|zoek/i;
const LOGIN =
  /^\W*(?:sign|log)[\s-]?(?:in|on)\b|^\W*(?:anmelden|einloggen|se connecter|iniciar sesión|accedi|inloggen|zaloguj|войти|登录|ログイン|로그인)/iu;

/** Kinds of consequences that `action` on `target` has, those that the model flagged first. */
export function risksOf(action: PageAction, target: ActionTarget | null, flagged: readonly Risk[] = []): readonly Risk[] {
  const found = new Set<Risk>(flagged);
  if (action.kind === 'goto' && deletesByAddress(action.url)) found.add('delete');
  // A page has a file as soon as it is given: no button is needed to send it.
  if (action.kind === 'upload') found.add('send');
  if (target) for (const risk of ['pay', 'delete', 'send'] as const) if (isRisk(risk, target)) found.add(risk);
  return [...found];
}

function isRisk(risk: Risk, { name, isLink, isText, byKey, context, form }: ActionTarget): boolean {
  const label = byKey && form ? form.submitLabel : name;
  if (form && isSearchOrLogin(form, label)) return false;
  // Most links lead to pages about something; those that do it are short and begin with it.
  if (isLink ? label.split(' ').length <= 4 && says(risk, label, 'first') : !(byKey && isText) && says(risk, label)) return true;
  if (YES.test(label) && says(risk, context)) return true;
  if (risk === 'send' && byKey && isText)
    return /message|reply|comment|chat|nachricht|antwort|mensaje|commentaire|повідомлення|сообщение/i.test(name);
  if (!form) return false;
  if (risk === 'pay') return form.fields.some((field) => CARD.test(`${field.autocomplete} ${field.name}`));
  // Words or files of the person leave with it.
  return risk === 'send' && form.method === 'post' && form.fields.some(({ type }) => type === 'textarea' || type === 'file');
}

function isSearchOrLogin(form: NonNullable<ActionTarget['form']>, label: string): boolean {
  const typed = form.fields.filter(({ type }) =>
    ['text', 'search', 'email', 'tel', 'url', 'password', 'textarea', 'number'].includes(type),
  );
  if (LOGIN.test(label) && form.fields.some(({ type }) => type === 'password')) return true;
  return form.method === 'get' && typed.length > 0 && typed.every(({ type, name }) => type === 'search' || SEARCH.test(name));
}

/** An address that does it by being opened, as careless sites have them. */
const deletesByAddress = (url: string): boolean =>
  URL.canParse(url) &&
  /(?:^|[/=._-])(?:delete|remove|destroy|unsubscribe|deactivate)(?:$|[/?&=._-])/i.test(new URL(url).pathname + new URL(url).search);
