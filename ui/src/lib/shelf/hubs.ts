// The order in which hubs are asked, as a choice of three.
const HUB = 'https://huggingface.co';
const MIRROR = 'https://modelscope.cn';

export type Order = 'hub' | 'mirror' | 'own';

export function orderOf(hubs: string[]): Order {
  if (hubs[0] === MIRROR) return 'mirror';
  return hubs.length === 0 || hubs[0] === HUB ? 'hub' : 'own';
}

/** Whom to ask, in their order; another address is asked before both. */
export function hubsAfter(order: Order, own = ''): string[] {
  if (order === 'mirror') return [MIRROR, HUB];
  return order === 'own' ? [own, HUB, MIRROR] : [HUB, MIRROR];
}
