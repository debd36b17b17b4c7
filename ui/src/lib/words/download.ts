// What is said of a model on its way. Rates and sizes in binary units, as everywhere.
import type { Download, DownloadState, QuantView, Verdict } from '../ipc/wire';
import { percent, size } from './counts';
import { setback } from './facts';
import { about } from './fit';
import { t } from './language.svelte';

type Running = Extract<DownloadState, { type: 'running' }>;

/** From 0 to 1. */
export function share(download: Download): number {
  return download.bytes === 0 ? 0 : Math.min(download.here / download.bytes, 1);
}

/** What happens to it, in one line. */
export function happening(download: Download, isOffline: boolean): string {
  const { state } = download;
  const amount = t('shelf.amount', { here: size(download.here), all: size(download.bytes) });
  switch (state.type) {
    case 'queued':
      return isOffline ? t('shelf.queuedOffline') : t('shelf.queued');
    case 'asking':
      return t('shelf.asking', { host: state.host });
    case 'running':
      return [amount, ...running(state)].join(' · ');
    case 'paused':
      return t('shelf.paused', { amount });
    case 'failed':
      return download.here > 0 ? t('shelf.stopped', { amount }) : t('shelf.failed');
    case 'done':
      return t('shelf.done', { size: size(download.bytes) });
  }
}

function running(state: Running): string[] {
  const { doing } = state;
  const parts = state.parts > 1 ? [t('shelf.part', { n: state.part, all: state.parts })] : [];
  switch (doing.type) {
    case 'connecting':
      return [...parts, t('shelf.connecting', { host: doing.host })];
    case 'downloading': {
      const { perSecond, leftMs } = state;
      const rate = perSecond === null ? [] : [t('shelf.rate', { size: size(perSecond) })];
      const left = leftMs === null ? [] : [t('shelf.left', { time: about(leftMs) })];
      return [...parts, ...rate, ...left];
    }
    case 'checking':
      return [...parts, t('shelf.checking', { percent: percentOf(doing.checked, doing.bytes) })];
    case 'waiting':
      return [...parts, t('shelf.retry', { time: about(doing.ms), why: setback(doing.why) })];
    case 'elsewhere':
      return [...parts, t('shelf.elsewhere')];
  }
}

function percentOf(part: number, whole: number): string {
  return whole === 0 ? '' : percent(part / whole);
}

/** What the button says that downloads it. */
export function getting({ exact, bytes }: QuantView, verdict: Verdict): string {
  const values = { size: size(bytes) };
  if (verdict !== 'too_big') return t(exact ? 'picker.get' : 'picker.getAbout', values);
  return t(exact ? 'picker.getAnyway' : 'picker.getAboutAnyway', values);
}

/** Whether what is said of it is news of progress, or of something that is in its way. */
export function isHeldUp({ state }: Download): boolean {
  return state.type === 'failed' || (state.type === 'running' && state.doing.type === 'waiting');
}

/** For a place with room for few words. */
export function brief(download: Download, isOffline: boolean): string {
  const { state } = download;
  const done = percent(share(download));
  switch (state.type) {
    case 'running':
      return runningBriefly(state, done);
    case 'queued':
      return isOffline ? t('shelf.brief.offline') : t('shelf.queued');
    case 'asking':
      return t('shelf.brief.asking', { host: state.host });
    case 'paused':
      return t('shelf.paused', { amount: done });
    case 'failed':
      return t('shelf.failed');
    case 'done':
      return t('shelf.brief.done');
  }
}

function runningBriefly({ doing, leftMs }: Running, percent: string): string {
  switch (doing.type) {
    case 'connecting':
      return t('shelf.brief.connecting', { percent });
    case 'downloading':
      if (leftMs === null) return percent;
      return t('shelf.brief.left', { percent, time: about(leftMs) });
    case 'checking':
      return t('shelf.brief.checking');
    case 'waiting':
      return t('shelf.brief.retry', {
        why: t(`shelf.brief.why.${doing.why.type}`),
        time: about(doing.ms),
      });
    case 'elsewhere':
      return t('shelf.brief.elsewhere');
  }
}
