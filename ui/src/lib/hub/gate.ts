// A hub that lets in only whom it knows: whether a person's token may help, and where one is.
import type { Failure } from '../ipc/wire';

export interface Gate {
  host: string;
  repository: string;
  /** Where a token for the hub is; null where there is none. */
  place: string | null;
}

/** Null where what failed has nothing to do with who asks. */
export async function gateOf(
  { cause }: Failure,
  tokenPlace: (host: string) => Promise<string | null>,
): Promise<Gate | null> {
  if (cause?.type !== 'gated' && cause?.type !== 'not_open') return null;
  const { host, repository } = cause;
  const place = await tokenPlace(host).catch(() => null);
  // Of what does not exist the hub says the same: only a token could tell.
  if (cause.type === 'not_open' && place === null) return null;
  return { host, repository, place };
}
