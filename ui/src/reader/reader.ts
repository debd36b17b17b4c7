// The reader of Markdown for the terminal, which runs this one script in QuickJS (`crates/cli/src/reader.rs`): no
// page, no timers, no clock. What a web view has beside JavaScript it is given: addresses in their parts.
import { load } from '../lib/markdown/katex';
import { anchorAll } from './anchored';

export { html } from '../lib/markdown/html';

declare global {
  /** The terminal's own; null where it is no address. */
  function partsOfAddress(
    href: string,
  ): Pick<URL, 'href' | 'protocol' | 'username' | 'password' | 'host' | 'pathname'> | null;
}

class Address {
  constructor(href: string) {
    const parts = partsOfAddress(href);
    if (!parts) throw new TypeError('no address');
    Object.assign(this, parts);
  }
}
Object.assign(globalThis, { URL: Address });

anchorAll();
// It is all in this script: loaded before the first text is asked for.
void load();
