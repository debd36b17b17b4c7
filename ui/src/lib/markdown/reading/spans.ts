// What stands among words: a small closed set, which `Spans.svelte` draws.

export type Span =
  | { type: 'text'; text: string }
  | { type: 'code'; text: string }
  | { type: 'strong' | 'emphasis' | 'strike'; spans: Span[] }
  | { type: 'link'; url: string; host: string; text: string; spans: Span[] }
  /** `raw` is the whole formula as it was written, with what stands around it. */
  | { type: 'formula'; tex: string; raw: string; display: boolean }
  | { type: 'break' };
