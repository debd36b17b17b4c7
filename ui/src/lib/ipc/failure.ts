// What a rejected call carries, whatever was thrown. The shell rejects with a `Failure`; the bridge
// itself (an unknown command, an argument that does not parse) rejects with a bare string.
import { t } from '../words/language.svelte';
import type { Failure } from './wire';

function isFailure(thrown: unknown): thrown is Failure {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown;
}

export function toFailure(thrown: unknown): Failure {
  if (isFailure(thrown)) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: 'bug',
    message: t('failure.bridge', { message }),
    hint: t('failure.bridgeHint'),
    detail: message,
  };
}
