// Which episodes are plainly worded: decided by the words of the prompt alone, before anything is run and whatever the engine makes of it.
//
// Plain is a prompt whose every sentence tells something to do with a page (click, type, select, ...), and which needs nothing but its words
// to know to what: no eyes (colours, shapes, sizes, dragging), no reckoning (the cheapest, an order, a sum), no understanding (words
// that mean the same, a game, a deed of another trade such as booking a flight).

/** What one does to a page. `Search for` is plain only with the words to type in quotes: else it is for the reader to see which field takes what. */
const DEEDS =
  /^(?:click|tap|press|hit|push|type|enter|input|write|put|fill|select|choose|pick|(?:un)?check|(?:un)?tick|set|change|turn|expand|collapse|open|close|dismiss|switch|scroll|copy|paste|focus|highlight|hover|navigate|go|find|use|submit|upload|download|sort|log in|sign in|search(?= for ["“])|wait)\b/i;
const ORDER_WORDS = /^(?:(?:please|now|then|first|next|finally|and)[, ]+)+/i;
/** `For the user @ann, click ...`: the place is said before the deed. */
const PLACE_FIRST = /^(?:for|in|on|from|within) [^,]+, /i;

const NEEDS = {
  eyes: /\b(?:colou?r(?:s|ed)?|red|green|blue|yellow|orange|purple|violet|pink|cyan|magenta|brown|black|white|gr[ae]y|shades?|circles?|squares?|rectangles?|triangles?|polygons?|shapes?|pie|sides?|angles?|cent(?:er|re)|cube|smaller|larger|bigger|small|large|drag|draw|resize|rotate|move|coordinates?|image|picture)\b/i,
  reckoning:
    /\b(?:cheapest|shortest|longest|lowest|highest|smallest|largest|biggest|greatest|fewest|most|least|latest|earliest|newest|oldest|fastest|nearest|(?:in|de)creasing|(?:a|de)scending|odd|even|sum|total|average|counts?|how many|number of|less than|more than|greater than|under|over|(?<!switch )between|before|after|mid-?point|middle|solve|calculate|compute|equations?|problem|guess|generate|bisect)\b/i,
  understanding:
    /\b(?:similar|synonyms?|related|means|meaning|opposite|best|suitable|appropriate|correct|right (?:one|answer)|win|play(?:ing)?|game|until|unless|if|when)\b/i,
  'knowledge of the page':
    /(?:^|[.;,:]\s|\b(?:and|then|to)\s)\s*(?:book|buy|order|reserve|pay|reply|forward|delete|remove|trash|star|archive|send|share|like|follow|create|add|edit|arrange|invite)\b/i,
};

/** @returns {string | null} what more than its words the prompt needs; null for one that is plainly worded */
export function needsMore(prompt) {
  // What stands in quotes names something: it may say anything.
  const words = prompt.replace(/"[^"]*"|“[^”]*”/g, '""');
  for (const [need, pattern] of Object.entries(NEEDS)) {
    const found = pattern.exec(words);
    if (found) return `${need}: ${found[0]}`;
  }
  const sentences = words
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim().replace(ORDER_WORDS, '').replace(PLACE_FIRST, ''))
    .filter((sentence) => /\w/.test(sentence));
  const other = sentences.find((sentence) => !DEEDS.test(sentence));
  return other === undefined ? null : `knowledge of the page: ${other.split(' ').slice(0, 4).join(' ')}`;
}
