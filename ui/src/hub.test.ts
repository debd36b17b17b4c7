// A model of the Hub: from an address to what runs here of it, and to its download.
import { describe, expect, it, vi } from 'vitest';
import { all, one, open, pass } from './opened';
import { HubState, type HubDoor } from './lib/hub/hub.svelte';
import type { Failure, HubView } from './lib/ipc/wire';

/** Types an address and looks. */
async function look(typed: string): Promise<void> {
  const field = one('hub-typed') as HTMLInputElement;
  field.value = typed;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await pass(5);
  one('hub-look').click();
  await pass(20);
}

async function openSheet(): Promise<void> {
  await open('empty');
  await pass(20);
  one('first-pick').click();
  await pass(20);
  one('hub-open').click();
  await pass(5);
}

describe('the sheet of the Hub', () => {
  it('shows what runs here of a repository, and downloads the chosen one', async () => {
    await openSheet();
    expect((one('hub-look') as HTMLButtonElement).disabled).toBe(true);
    await look('https://huggingface.co/unsloth/R1-GGUF');
    const rows = all('hub-offer');
    expect(rows.map((row) => row.dataset['id'])).toEqual([
      'unsloth/R1-GGUF:Q2_K',
      'unsloth/R1-GGUF:Q4_K_M',
      'unsloth/R1-GGUF:F16',
    ]);
    expect(rows[1]?.textContent).toContain('the usual one');
    expect(rows[1]?.textContent).toContain('4.4 GiB');
    expect(rows[0]?.querySelector('[data-testid=hub-verdict]')?.textContent).not.toBe('');
    rows[1]?.querySelector<HTMLElement>('[data-testid=hub-get]')?.click();
    await pass(20);
    expect(all('hub-offer')[1]?.textContent).toContain('On its way');
    expect(all('download').some((row) => row.textContent.includes('unsloth/R1-GGUF'))).toBe(true);
  });

  it('says what failed, and asks before a token is shown', async () => {
    await openSheet();
    await look('nobody/nothing');
    expect(one('hub-failure').textContent).not.toBe('');
    expect(all('hub-offer')).toEqual([]);
    await look('gated/R1-GGUF');
    expect(one('hub-failure').textContent).toContain('only to people its publisher let in');
    expect(one('hub-failure').textContent).toContain('from HF_TOKEN');
    one('hub-agree').click();
    await pass(20);
    expect(all('hub-offer').length).toBe(3);
  });
});

describe('a download that a hub gives only to people it knows', () => {
  const cause = { type: 'gated', host: 'huggingface.co', repository: 'meta/R1-GGUF' } as const;
  const failure: Failure = { code: 'download', message: '', hint: null, cause };

  it('asks in its row whether the token may be shown, and goes on', async () => {
    const backend = await open('shelf', (scene) => {
      const [row] = scene.downloads;
      scene.downloads = [{ ...row!, state: { type: 'failed', failure } }];
    });
    await pass(20);
    one('shelf-button').click();
    await pass(20);
    expect(one('download-failure').textContent).toContain('from HF_TOKEN');
    const calls = vi.spyOn(backend, 'call');
    one('download-agree').click();
    await pass(20);
    expect(one('download').dataset['state']).toBe('queued');
    const { host, repository } = cause;
    expect(calls).toHaveBeenCalledWith('agree_token', { host, repository });
  });
});

describe('a look at a hub', () => {
  const nothing = (): Promise<null> => Promise.resolve(null);
  const view = (repository: string): HubView => ({
    repository,
    renamed: null,
    host: 'huggingface.co',
    machine: { cpu: '', cores: 2, totalBytes: 1, availableBytes: 1, gpus: [] } as never,
    offers: [],
    meant: null,
    stranger: null,
  });

  it('shows the last that was asked for, and nothing once it was stopped', async () => {
    const answers = new Map<string, (view: HubView) => void>();
    let stops = 0;
    const door: HubDoor = {
      look: (typed) => new Promise((resolve) => answers.set(typed, resolve)),
      stop: () => {
        stops += 1;
        return nothing();
      },
      download: nothing,
      agree: nothing,
      tokenPlace: nothing,
    };
    const hub = new HubState(door);
    hub.typed = 'a/one';
    void hub.look();
    hub.typed = ' a/two ';
    void hub.look();
    answers.get('a/two')?.(view('a/two'));
    answers.get('a/one')?.(view('a/one'));
    await pass(1);
    expect(hub.view?.repository).toBe('a/two');
    hub.typed = 'a/three';
    void hub.look();
    expect(hub.isLooking).toBe(true);
    hub.stop();
    answers.get('a/three')?.(view('a/three'));
    await pass(1);
    expect([hub.view, hub.isLooking, stops]).toEqual([null, false, 1]);
  });

  it('asks for a token only where a hub wants one and one is there', async () => {
    const failure: Failure = {
      code: 'model_missing',
      message: '',
      hint: null,
      cause: { type: 'not_open', host: 'huggingface.co', repository: 'a/b' },
    };
    let place: string | null = null;
    const door: HubDoor = {
      look: () => Promise.reject(failure as unknown as Error),
      stop: nothing,
      download: nothing,
      agree: nothing,
      tokenPlace: () => Promise.resolve(place),
    };
    const hub = new HubState(door);
    hub.typed = 'a/b';
    await hub.look();
    expect([hub.failure, hub.gate]).toEqual([failure, null]);
    place = 'HF_TOKEN';
    await hub.look();
    expect(hub.gate).toEqual({ host: 'huggingface.co', repository: 'a/b', place });
  });
});
