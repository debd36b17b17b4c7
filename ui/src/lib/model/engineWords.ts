// The state of the engine, in the words of the model button.
import type { Code, EngineState, Model } from '../ipc/wire';
import { count, percent } from '../words/counts';
import { t } from '../words/language.svelte';

/** It was loaded, and then ended by itself. */
const STOPPED: ReadonlySet<Code> = new Set(['engine_stopped', 'engine_unsteady', 'gpu_unsteady']);

/** In two words, for the button. */
export function stateWords(engine: EngineState, model: Model | null): string {
  const isGone = model?.about.type === 'gone';
  switch (engine.type) {
    case 'off':
      return t(isGone ? 'model.gone' : 'model.state.off');
    case 'loading':
      return t('model.state.loading', { percent: percent(engine.progress) });
    case 'ready':
      // What is in memory answers on, but cannot be loaded again.
      return t(isGone ? 'model.gone' : 'model.state.ready');
    case 'failed':
      return t(STOPPED.has(engine.failure.code) ? 'model.state.stopped' : 'model.state.failed');
  }
}

export function engineWords(engine: EngineState): string {
  switch (engine.type) {
    case 'off':
      return t('model.engine.off');
    case 'loading':
      return t('model.engine.loading', { percent: percent(engine.progress) });
    case 'ready':
      return t('model.engine.ready', { n: count(engine.context) });
    case 'failed':
      return t(STOPPED.has(engine.failure.code) ? 'model.engine.stopped' : 'model.engine.failed');
  }
}
