import { attackHosts } from '../../guards/attack.js';
import { hiddenForms } from '../../guards/urlForms.js';
import { unguardedTo, VECTOR_NAMES } from '../../guards/vectors.js';
import type { Part } from '../part.js';

/** Hosts for the run with the guard off, which shows that what gets through is seen. */
const TWINS = ['127.0.0.1', 'localhost', '10.1.2.3.nip.io'];

/** Every form of a hidden address, tried in every way that a page has, in a real browser. */
export const egress: Part = {
  title: 'Pages that try to reach what is not public',
  about:
    'Every way in which a page can make a browser ask for something, times every way to write an address that is not public. ' +
    'A server notes what arrives, whatever address it was meant for. The same with the guard off has to be noticed.',
  count: Number.POSITIVE_INFINITY,
  async run({ count }) {
    const all = hiddenForms(80).flatMap(({ host }) => host ?? []);
    const step = Math.max(1, all.length / count);
    const hosts = Array.from({ length: Math.min(count, all.length) }, (_, index) => all[Math.floor(index * step)] as string);
    const broken: string[] = [];
    await attackHosts(hosts, true, (host, { through, happened }) => {
      for (const way of through) broken.push(`${way} reached ${JSON.stringify(host)}`);
      if (!happened) broken.push(`the page for ${JSON.stringify(host)} did not come to its end`);
    });
    let seen = 0;
    await attackHosts(TWINS, false, (_, { through }) => (seen += through.length));
    const possible = TWINS.flatMap(unguardedTo).length;
    if (seen < possible) broken.push(`with the guard off only ${seen} of ${possible} were noticed`);
    return {
      figures: [
        `${hosts.length} forms of addresses x ${VECTOR_NAMES.length} ways of a page = ${hosts.length * VECTOR_NAMES.length} tries, ${broken.length} wrong`,
        `with the guard off ${seen} of ${possible} arrived`,
      ],
      broken,
    };
  },
};
