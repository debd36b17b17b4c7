// A hub for the scripted backend: one repository that is found, one that lets in only whom it knows, and
// none of any other name.
import type { Calls } from './calls';
import { noModel } from './fakeWords';
import type { AppEvent, Download, Failure, HubView, Offer, Survey } from './wire';

type Hub = 'look_at_hub' | 'stop_look' | 'download_offer' | 'agree_token' | 'token_place';

/** The calls about models of a hub. */
export function hubCalls(
  scene: () => { downloads: Download[] },
  survey: () => Survey,
  tell: (event: AppEvent) => void,
): { [Name in Hub]: (request: Calls[Name]['request']) => unknown } {
  const agreed = new Set<string>();
  return {
    look_at_hub: ({ typed }) => {
      const repository =
        /[\w.-]+\/[\w.-]+/.exec(typed.replace(/^https?:\/\/[^/]+\//, ''))?.[0] ?? '';
      if (repository.startsWith('gated/') && !agreed.has(repository)) throw gated(repository);
      if (!repository.endsWith('-GGUF')) throw noModel(typed);
      return found(repository, survey());
    },
    stop_look: () => null,
    download_offer: ({ id, quant, bytes }) => {
      const key = `${id}:${quant}`;
      const state = { type: 'queued' } as const;
      const made = { key, model: id, quant, name: id, bytes, distilled: null, here: 0, state };
      scene().downloads = [...scene().downloads, made];
      tell({ type: 'downloads', downloads: [...scene().downloads] });
      return null;
    },
    agree_token: ({ repository }) => {
      agreed.add(repository);
      return null;
    },
    token_place: () => ({ place: 'HF_TOKEN' }),
  };
}

function gated(repository: string): Failure {
  const host = 'huggingface.co';
  return {
    code: 'download',
    message: `${host} gives ${repository} only to people its publisher let in`,
    hint: null,
    cause: { type: 'gated', host, repository },
  };
}

function found(repository: string, { candidates, machine }: Survey): HubView {
  const fits = candidates.map(({ fit }) => fit);
  const offer = (quant: string, bytes: number, place: number): Offer => ({
    id: `${repository}:${quant}`,
    quant,
    path: `${repository.split('/')[1]?.replace('-GGUF', '') ?? ''}-${quant}.gguf`,
    bytes,
    fit: fits[place] ?? null,
    cannot: null,
  });
  const offers = [
    offer('Q2_K', 3_015_938_656, 0),
    offer('Q4_K_M', 4_683_073_504, 1),
    offer('F16', 15_237_852_256, 8),
  ];
  return {
    repository,
    renamed: null,
    host: 'huggingface.co',
    machine,
    offers,
    meant: 1,
    stranger: null,
  };
}
