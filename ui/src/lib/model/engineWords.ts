// The state of the engine, in the words of the model button.
import type { EngineState } from '../ipc/wire';
import { count, percent } from '../words/counts';

export function engineWords(engine: EngineState): string {
  switch (engine.type) {
    case 'off':
      return 'Starts with your first question';
    case 'loading':
      return `Loading ${percent(engine.progress)}`;
    case 'ready':
      return `Ready · ${count(engine.context)} tokens of context`;
    case 'failed':
      return 'Could not be loaded';
  }
}
