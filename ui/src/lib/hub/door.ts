// The calls of a look at a hub, as its state asks for them.
import type { Backend } from '../ipc/calls';
import type { HubDoor } from './hub.svelte';

export function hubDoor(of: () => Backend): HubDoor {
  return {
    look: (typed) => of().call('look_at_hub', { typed }),
    stop: () => of().call('stop_look', {}),
    download: (offer) => of().call('download_offer', offer),
    agree: (host, repository) => of().call('agree_token', { host, repository }),
    tokenPlace: async (host) => (await of().call('token_place', { host })).place,
  };
}
