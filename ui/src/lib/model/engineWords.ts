// The state of the engine, in the words of the model button.
import type { EngineState } from '../ipc/wire';
import { count, percent } from '../words/counts';
import { t } from '../words/language.svelte';

export function engineWords(engine: EngineState): string {
  switch (engine.type) {
    case 'off':
      return t('model.engine.off');
    case 'loading':
      return t('model.engine.loading', { percent: percent(engine.progress) });
    case 'ready':
      return t('model.engine.ready', { n: count(engine.context) });
    case 'failed':
      return t('model.engine.failed');
  }
}
