// What is said of a model on its way. Rates and sizes in binary units, as everywhere.
import type { Download, DownloadState } from '../ipc/wire';
import { size } from './counts';
import { about } from './fit';

type Running = Extract<DownloadState, { type: 'running' }>;

/** From 0 to 1. */
export function share(download: Download): number {
  return download.bytes === 0 ? 0 : Math.min(download.here / download.bytes, 1);
}

/** What happens to it, in one line. */
export function happening(download: Download, isOffline: boolean): string {
  const { state } = download;
  const amount = `${size(download.here)} of ${size(download.bytes)}`;
  switch (state.type) {
    case 'queued':
      return isOffline ? 'Waits: offline is switched on' : 'Waits for its turn';
    case 'asking':
      return `Asking ${state.host} for sizes and hashes`;
    case 'running':
      return [amount, ...running(state, download)].join(' · ');
    case 'paused':
      return `Paused at ${amount}`;
    case 'failed':
      return download.here > 0 ? `Stopped at ${amount}, which is kept` : 'Did not come';
    case 'done':
      return `${size(download.bytes)}, whole and checked`;
  }
}

function running(state: Running, download: Download): string[] {
  const { doing } = state;
  const parts = state.parts > 1 ? [`part ${state.part} of ${state.parts}`] : [];
  switch (doing.type) {
    case 'connecting':
      return [...parts, `asking ${doing.host}`];
    case 'downloading': {
      const rate = state.perSecond === null ? [] : [`${size(state.perSecond)}/s`];
      const left = state.leftMs === null ? [] : [`${about(state.leftMs)} left`];
      return [...parts, ...rate, ...left];
    }
    case 'checking':
      return [...parts, `checking ${percentOf(doing.checked, download.bytes)}`];
    case 'waiting':
      return [...parts, `tries again in ${about(doing.ms)}: ${doing.why}`];
    case 'elsewhere':
      return [...parts, 'another Spud is downloading it'];
  }
}

function percentOf(part: number, whole: number): string {
  return whole === 0 ? '' : `${Math.floor((Math.min(part, whole) / whole) * 100)} %`;
}

/** For a place with room for few words. */
export function brief(download: Download, isOffline: boolean): string {
  const { state } = download;
  const percent = `${Math.floor(share(download) * 100)} %`;
  switch (state.type) {
    case 'running':
      if (state.doing.type === 'checking') return 'Checking what came';
      if (state.doing.type !== 'downloading') return `${percent}, connecting`;
      return state.leftMs === null ? percent : `${percent}, ${about(state.leftMs)} left`;
    case 'queued':
      return isOffline ? 'Waits: offline' : 'Waits for its turn';
    case 'asking':
      return `Asking ${state.host}`;
    case 'paused':
      return `Paused at ${percent}`;
    case 'failed':
      return 'Did not come';
    case 'done':
      return 'Is here';
  }
}
