/** The ways to write an address that a page may not reach, as attackers do: numbers of every base, odd digits, names, IPv6 in disguise. */

export interface UrlForm {
  /** What is odd about it. */
  readonly how: string;
  readonly url: string;
  /** Its host as written; null where the oddity is in what surrounds the host. */
  readonly host: string | null;
  /** The address that it comes to. */
  readonly target: string;
}

/** One for each range that is not the public internet. */
export const HIDDEN_IPV4 = [
  '127.0.0.1',
  '127.8.9.10',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.5.4',
  '192.168.1.1',
  '169.254.169.254',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
] as const;

const HIDDEN_IPV6 = [
  '::',
  '::1',
  '0:0:0:0:0:0:0:1',
  'fd00:ec2::254',
  'fc00::1',
  'fe80::1',
  'febf::1',
  'fec0::1',
  'ff02::1',
  '100::1',
  '64:ff9b:1::a00:1',
  '5f00::1',
  '4000::1',
  '2001:2::1',
] as const;

const parts = (ip: string): number[] => ip.split('.').map(Number);
const whole = (ip: string): number => parts(ip).reduce((sum, part) => sum * 256 + part, 0);
const groups = (ip: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = parts(ip);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
};
/** ASCII digits as the characters that stand `first` for 0 and its followers. */
const digits = (text: string, first: number): string => text.replace(/\d/g, (digit) => String.fromCodePoint(first + Number(digit)));
const circled = (text: string): string => text.replace(/[1-9]/g, (digit) => String.fromCodePoint(0x245f + Number(digit)));
const percent = (text: string): string => [...text].map((each) => `%${each.charCodeAt(0).toString(16)}`).join('');

/** Host parts that the URL standard reads as the address `ip`. */
const IPV4_WRITINGS: Readonly<Record<string, (ip: string) => string>> = {
  dotted: (ip) => ip,
  'final dot': (ip) => `${ip}.`,
  decimal: (ip) => String(whole(ip)),
  hexadecimal: (ip) => `0x${whole(ip).toString(16)}`,
  'upper-case hexadecimal': (ip) => `0X${whole(ip).toString(16).toUpperCase()}`,
  octal: (ip) => `0${whole(ip).toString(8)}`,
  'dotted hexadecimal': (ip) =>
    parts(ip)
      .map((part) => `0x${part.toString(16)}`)
      .join('.'),
  'dotted octal': (ip) =>
    parts(ip)
      .map((part) => `0${part.toString(8)}`)
      .join('.'),
  'padded octal': (ip) =>
    parts(ip)
      .map((part) => part.toString(8).padStart(9, '0'))
      .join('.'),
  'mixed bases': (ip) =>
    parts(ip)
      .map((part, index) => [`${part}`, `0x${part.toString(16)}`, `0${part.toString(8)}`][index % 3])
      .join('.'),
  'three parts': (ip) => [...parts(ip).slice(0, 2), whole(ip) % 65_536].join('.'),
  'two parts': (ip) => `${parts(ip)[0]}.${whole(ip) % 16_777_216}`,
  'two parts, hexadecimal': (ip) => `0x${parts(ip)[0]?.toString(16)}.0x${(whole(ip) % 16_777_216).toString(16)}`,
  'full-width digits': (ip) => digits(ip, 0xff10),
  'bold digits': (ip) => digits(ip, 0x1d7ce),
  'double-struck digits': (ip) => digits(ip, 0x1d7d8),
  'circled digits': circled,
  'ideographic dots': (ip) => ip.replaceAll('.', '\u3002'),
  'full-width dots': (ip) => ip.replaceAll('.', '\uff0e'),
  'half-width dots': (ip) => ip.replaceAll('.', '\uff61'),
  'percent signs': percent,
  'a tab inside': (ip) => ip.replace('.', '.\t'),
  'a newline inside': (ip) => ip.replace('.', '\n.'),
  'a soft hyphen inside': (ip) => ip.replace('.', '.\u00ad'),
  'a user name': (ip) => `user@${ip}`,
  'a host as user name': (ip) => `example.com@${ip}`,
  'a host and port as login': (ip) => `example.com:80@${ip}`,
  'an at sign twice': (ip) => `a@b@${ip}`,
};

/** Names that our resolver, as those services do, answers with the address in them. */
const NAMES: Readonly<Record<string, (ip: string) => string>> = {
  'a name with it inside': (ip) => `${ip}.nip.io`,
  'a name with it inside, dashes': (ip) => `www-${ip.replaceAll('.', '-')}.sslip.io`,
  'a name with it inside, final dot': (ip) => `a.b.${ip}.nip.io.`,
};

const IPV6_DISGUISES: Readonly<Record<string, (ip: string) => string>> = {
  mapped: (ip) => `[::ffff:${ip}]`,
  'mapped, as groups': (ip) => `[::FFFF:${groups(ip)}]`,
  'mapped, all groups': (ip) => `[0:0:0:0:0:ffff:${groups(ip)}]`,
  compatible: (ip) => `[::${ip}]`,
  translated: (ip) => `[::ffff:0:${ip}]`,
  NAT64: (ip) => `[64:ff9b::${ip}]`,
  '6to4': (ip) => `[2002:${groups(ip)}::1]`,
  ISATAP: (ip) => `[2001:470:1::5efe:${ip}]`,
  Teredo: (ip) =>
    `[2001:0:4136:e378:8000:63bf:${groups(
      parts(ip)
        .map((part) => part ^ 255)
        .join('.'),
    )}]`,
};

/** Whole addresses in which something before the host is odd. */
const ODD_STARTS: Readonly<Record<string, (host: string) => string>> = {
  'upper-case scheme': (host) => `HTTP://${host}/`,
  backslashes: (host) => `http:\\\\${host}\\`,
  'many slashes': (host) => `http://///${host}/`,
  'no slashes': (host) => `http:${host}/`,
  'a space before': (host) => ` \t\nhttp://${host}/`,
  'a query without a path': (host) => `http://${host}?x`,
  'a fragment with another host': (host) => `http://${host}#@example.com/`,
  'a backslash before an at sign': (host) => `http://${host}\\@example.com/`,
};

const LOCAL_NAMES = [
  'localhost',
  'LOCALHOST',
  'localhost.',
  'anything.localhost',
  'localhost.localdomain',
  'ip6-localhost',
  '\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54',
  '\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3',
  'local\u00adhost',
  'loc%61lhost',
  'metadata.google.internal',
  'instance-data',
  'kubernetes.default.svc',
  'host.docker.internal',
  'router.lan',
] as const;

const hostForm = (how: string, host: string, port: number, target: string): UrlForm => ({
  how,
  url: `http://${host}:${port}/`,
  host,
  target,
});

/** Addresses of `ip`, in every writing. @param port of a canary */
export const formsOf = (ip: string, port: number): UrlForm[] => [
  ...Object.entries(IPV4_WRITINGS).map(([how, write]) => hostForm(how, write(ip), port, ip)),
  ...Object.entries(ODD_STARTS).map(([how, write]) => ({ how, url: write(`${ip}:${port}`), host: null, target: ip })),
  ...Object.entries(NAMES).map(([how, write]) => hostForm(how, write(ip), port, ip)),
];

const disguisesOf = (ip: string, port: number): UrlForm[] =>
  Object.entries(IPV6_DISGUISES).map(([how, write]) => hostForm(how, write(ip), port, ip));

/** More than 500 different ways to a place that no page may reach. All of them are URLs to a browser. */
export function hiddenForms(port: number): UrlForm[] {
  const all = [
    ...HIDDEN_IPV4.flatMap((ip) => [...formsOf(ip, port), ...disguisesOf(ip, port)]),
    ...HIDDEN_IPV6.map((ip) => hostForm('IPv6', `[${ip}]`, port, ip)),
    ...LOCAL_NAMES.map((name) => hostForm('a name of something near', name, port, name)),
  ];
  // Digits that are all zero have no circled form.
  return [...new Map(all.map((form) => [form.url, form])).values()];
}

/** Where every name leads that leads nowhere else: whatever goes there is allowed to. */
export const PUBLIC_ADDRESS = '93.184.216.34';

/** A resolver like those of the world: names with an address inside come to it, those of near things to near addresses. */
export async function nearAndFar(host: string): Promise<readonly string[]> {
  const inside = /(\d+)[.-](\d+)[.-](\d+)[.-](\d+)\.(?:nip|sslip)\.io\.?$/.exec(host);
  if (inside) return [inside.slice(1).join('.')];
  if (/^metadata\.google\.internal|^instance-data/.test(host)) return ['169.254.169.254'];
  if (/svc$|internal$|lan$/.test(host)) return ['10.96.0.1'];
  if (/localhost|localdomain/.test(host)) return ['127.0.0.1', '::1'];
  return [PUBLIC_ADDRESS];
}
