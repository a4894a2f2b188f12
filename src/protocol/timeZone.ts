/** Time zones as servers know them: IANA names, spelled as the IANA spells them, no offsets. */

/** `known` when servers take the name; else the name that was probably meant, or null. */
export function checkTimeZone(name: string): { readonly known: boolean; readonly meant: string | null } {
  if (!/^[A-Za-z]/.test(name)) return { known: false, meant: null };
  let canonical: string;
  try {
    canonical = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    const last = name.toLowerCase().split('/').at(-1)!.replaceAll(' ', '_');
    const meant = Intl.supportedValuesOf('timeZone').find((each) => each.toLowerCase().split('/').at(-1) === last);
    return { known: false, meant: meant ?? null };
  }
  // Names are found in any case here, and not at a server whose names are files.
  if (canonical.toLowerCase() === name.toLowerCase() && canonical !== name) return { known: false, meant: canonical };
  return { known: true, meant: null };
}
