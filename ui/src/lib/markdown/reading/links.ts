// Which links of a model may be offered at all, and the host that is shown beside them. Rust
// checks again before it opens one.

export interface SafeLink {
  url: string;
  /** What a reader should judge it by: the host (in its ASCII form), or the mail address. */
  host: string;
}

/** Null for everything but http, https and mailto: such a link is shown as the text it was. */
export function safeLink(href: string): SafeLink | null {
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    return null;
  }
  if (url.protocol === 'mailto:') {
    const address = url.pathname;
    return address === '' ? null : { url: url.href, host: address };
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  // `https://bank.example@evil.example` is written to be misread.
  if (url.username !== '' || url.password !== '') return null;
  return { url: url.href, host: url.host };
}

/** Words that are the address name its host already. */
export function isSameAddress(words: string, url: string): boolean {
  const bare = (it: string): string => it.replace(/^(https?:\/\/|mailto:)/, '').replace(/\/$/, '');
  return bare(words) === bare(url);
}
