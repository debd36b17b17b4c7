// A shelf for the scripted backend with every state that a download can be in.
import type { Calls } from './calls';
import type { AppEvent, Connection, Connections, Download, DownloadState, Survey } from './wire';

const GIB = 1024 ** 3;

const ROWS: [string, string, number, number, DownloadState][] = [
  [
    'r1-distill-qwen-7b',
    'R1 Distill Qwen 7B',
    4.36,
    1.7,
    {
      type: 'running',
      part: 1,
      parts: 1,
      perSecond: 3_812_000,
      leftMs: 748_000,
      doing: { type: 'downloading', host: 'huggingface.co' },
    },
  ],
  [
    'r1-0528-671b',
    'R1-0528 671B',
    202,
    88,
    {
      type: 'running',
      part: 3,
      parts: 5,
      perSecond: 11_200_000,
      leftMs: 10_900_000,
      doing: { type: 'downloading', host: 'huggingface.co' },
    },
  ],
  ['r1-0528-qwen3-8b', 'R1-0528 Distill Qwen3 8B', 4.68, 0, { type: 'queued' }],
  ['r1-distill-qwen-14b', 'R1 Distill Qwen 14B', 8.37, 3.1, { type: 'paused' }],
  [
    'r1-distill-llama-8b',
    'R1 Distill Llama 8B',
    4.58,
    2.2,
    {
      type: 'failed',
      failure: {
        code: 'disk_full',
        message:
          '`/home/ada/.local/share/spud/models` has 1.2 GiB free, and DeepSeek-R1-Distill-Llama-8B-Q4_K_M.gguf needs 3.38 GiB more',
        hint: 'Make room or choose a smaller quantisation, then start it again; what came is kept.',
        cause: {
          type: 'needs_disk',
          file: 'DeepSeek-R1-Distill-Llama-8B-Q4_K_M.gguf',
          neededBytes: 3.38 * GIB,
          freeBytes: 1.2 * GIB,
        },
      },
    },
  ],
  [
    'r1-distill-qwen-1.5b',
    'R1 Distill Qwen 1.5B',
    1.04,
    1.04,
    { type: 'done', path: '/home/ada/.local/share/spud/models/qwen.gguf' },
  ],
];

export function fakeDownloads(): Download[] {
  return ROWS.map(([model, name, gib, here, state]) => ({
    key: `${model}:Q4_K_M`,
    model,
    quant: 'Q4_K_M',
    name,
    bytes: Math.round(gib * GIB),
    here: Math.round(here * GIB),
    state,
  }));
}

/** What the ledger tells. */
export function fakeConnections(all: boolean): Connections {
  const latest: Connection[] = [
    {
      atMs: Date.now() - 90_000,
      host: 'cas-bridge.xethub.hf.co',
      why: { type: 'download', file: 'DeepSeek-R1-Distill-Qwen-7B-Q4_K_M.gguf' },
      requests: 38,
      bytes: 1_825_361_100,
    },
    {
      atMs: Date.now() - 400_000,
      host: 'huggingface.co',
      why: { type: 'listing', repository: 'unsloth/DeepSeek-R1-Distill-Qwen-7B-GGUF' },
      requests: 1,
      bytes: 21_330,
    },
  ];
  const first: Connection = {
    atMs: Date.UTC(2026, 0, 2),
    host: 'modelscope.cn',
    why: { type: 'header', file: 'DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf' },
    requests: 2,
    bytes: 8_388_608,
  };
  return { rows: all ? [...latest, first] : latest, more: !all };
}

type Shelf = 'download' | 'pause_download' | 'resume_download' | 'cancel_download';

/** The calls that change what is on its way, and tell of it. */
export function shelfCalls(
  scene: () => { downloads: Download[] },
  survey: () => Survey,
  tell: (event: AppEvent) => void,
): { [Name in Shelf]: (request: Calls[Name]['request']) => unknown } {
  const put = (downloads: Download[]): null => {
    scene().downloads = downloads;
    tell({ type: 'downloads', downloads: [...downloads] });
    return null;
  };
  const set = (key: string, state: DownloadState): null =>
    put(scene().downloads.map((one) => (one.key === key ? { ...one, state } : one)));
  return {
    download: ({ model, quant }) => {
      const candidate = survey().candidates.find(({ id }) => id === model);
      const { name = model, bytes = 0 } = candidate ?? {};
      const key = `${model}:${quant}`;
      const state = { type: 'queued' } as const;
      const made = { key, model, quant, name, bytes, here: 0, state };
      return put([...scene().downloads, made]);
    },
    pause_download: ({ key }) => set(key, { type: 'paused' }),
    resume_download: ({ key }) => set(key, { type: 'queued' }),
    cancel_download: ({ key }) => put(scene().downloads.filter((one) => one.key !== key)),
  };
}
