// Of facts that Rust tells, what a person reads: how a model fits, what to take, what failed; in every
// language from the catalogue. What has no facts is said in Rust's own words, which are English: in
// another language the kind of failure is told, and those words stay below as a detail.
import type {
  Candidate,
  Code,
  Cause,
  Fit,
  FitWhy,
  Lineage,
  Model,
  QuantView,
  Survey,
} from '../ipc/wire';
import { amount, count, rate, size } from './counts';
import { todo, what } from './facts';
import { about, card, span } from './fit';
import { listed, sentences, together } from './join';
import { language, pieces, t } from './language.svelte';
import type { Key } from './languages';
import { fileOf } from './names';

/** A failure, or what the page itself has to say in its place. */
export interface Said {
  code?: Code | null;
  message: string;
  hint: string | null;
  cause?: Cause | null;
  detail?: string | null;
}

export interface Told {
  message: string;
  hint: string | null;
  /** What has no other form than the words of a program or a system. */
  detail: string | null;
}

function speaksAsRust(): boolean {
  return language() === 'en';
}

export function told({ code = null, message, hint, cause = null, detail = null }: Said): Told {
  if (code === null) return { message: begun(message), hint, detail: null };
  if (cause) return { message: what(cause), hint: todo(cause), detail };
  if (speaksAsRust())
    return { message: begun(unmarked(message)), hint: advice(code, hint), detail: null };
  return { message: t(`failure.what.${code}`), hint: t(`failure.todo.${code}`), detail };
}

/** A crate's error goes on from another's in a log; here it begins. */
function begun(message: string): string {
  return message.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
}

/** Names as they are: Rust marks them for a terminal. */
function unmarked(words: string): string {
  return words.replaceAll('`', '');
}

/** What to do, unless that is to be done in a terminal. */
function advice(code: Code, hint: string | null): string | null {
  if (hint === null) return null;
  return /`(?:spud |\.\/)/.test(hint) ? t(`failure.todo.${code}`) : unmarked(hint);
}

/** The same in one line, where there is room for no more. */
export function toldBriefly(said: Said): string {
  const { message, hint } = told(said);
  return sentences(message, hint ?? '');
}

/** "It needs 4.9 GiB of the 5.2 GiB of memory that are free." */
export function reason(fit: Fit): string {
  const [needed, free] = [size(fit.neededBytes), size(fit.availableBytes)];
  switch (fit.verdict) {
    case 'comfortable':
      return needs(fit);
    case 'tight':
      return sentences(needs(fit), t('fit.reason.tight', { context: count(fit.context) }));
    case 'slow':
      return t('fit.reason.slow', { needed, free });
    case 'too_big':
      return t('fit.reason.too_big', { needed, free });
  }
}

/** What it takes of what each device has to give; the GPU's is the larger part and comes first. */
function needs({ shares, neededBytes, availableBytes }: Fit): string {
  if (shares.length < 2) {
    return t('fit.reason.memory', { needed: size(neededBytes), free: size(availableBytes) });
  }
  const [memory, ...gpus] = shares;
  const devices = [...gpus, memory].map((share) => {
    if (!share) return '';
    const needed = size(share.weightsBytes + share.cacheBytes + share.otherBytes);
    const free = size(share.availableBytes);
    return share === memory
      ? t('fit.reason.inMemory', { needed, free })
      : t('fit.reason.onGpu', { needed, free, gpu: card(share.device) });
  });
  return t('fit.reason.devices', { devices: together(devices) });
}

/** What else is worth knowing. */
export function notes(fit: Fit): string[] {
  return fit.notes.map(note);
}

function note(why: FitWhy): string {
  const key = `fit.note.${why.type}` as const;
  switch (why.type) {
    case 'capped_at_training':
      return t(key, { n: count(why.asked) });
    case 'partly_on_gpu':
      return t(key, { layers: why.layers, of: why.of });
    case 'experts_in_memory':
      return t(key, { layers: why.layers });
    case 'gpu_slower':
      return t(key, { gpu: why.gpu, slow: rate(why.with), fast: rate(why.without) });
    case 'gpu_not_measured':
      return t(key, { gpu: why.gpu });
    case 'gpu_too_small':
      return t(key, { gpu: why.gpu, free: size(why.freeBytes) });
    default:
      return t(key);
  }
}

/** Members of the family and their stories. */
const STORIES: Record<string, Key> = {
  'r1-distill-qwen-1.5b': 'lineage.distilled',
  'r1-distill-qwen-7b': 'lineage.distilled',
  'r1-distill-llama-8b': 'lineage.distilled',
  'r1-0528-qwen3-8b': 'lineage.newer',
  'r1-distill-qwen-14b': 'lineage.distilled',
  'r1-distill-qwen-32b': 'lineage.distilled',
  'r1-distill-llama-70b': 'lineage.distilled',
  'r1-671b': 'lineage.first',
  'r1-0528-671b': 'lineage.itself',
};

/** What a model of the catalogue truly is. One that somebody added says so in their own words. */
export function story({ id }: Candidate, { story, base }: Lineage): string {
  const key = STORIES[id];
  return speaksAsRust() || !key ? story : t(key, { base });
}

/** What the list of models says of one; with the file's name where another is called the same. */
export function aboutModel(model: Model, all: Model[] = []): string {
  const isAlike = all.some(({ id, name }) => id !== model.id && name === model.name);
  const { about } = model;
  const named = isAlike && (about.type === 'planned' || about.type === 'gone');
  return named ? listed([fileOf(model.id), aboutAlone(model)]) : aboutAlone(model);
}

function aboutAlone({ id, about }: Model): string {
  switch (about.type) {
    case 'sprout':
      return t('model.sprout');
    case 'gone':
      return t('model.gone');
    case 'unread':
      return fileOf(id);
    case 'planned': {
      const [context, needed] = [count(about.context), size(about.neededBytes)];
      return t('model.planned', { context, needed });
    }
  }
}

/** Why the disk does not take this download; empty where it does. */
export function diskShort(quant: QuantView | null | undefined): string {
  if (!quant?.diskShort) return '';
  const { neededBytes, freeBytes } = quant.diskShort;
  return t('picker.diskShort', { needed: size(neededBytes), free: size(freeBytes) });
}

/** "671 billion parameters, 37 billion for each token". */
export function parameters({ parameters, activeParameters }: Lineage): string {
  const n = amount(parameters);
  if (parameters === activeParameters) return t('lineage.parameters', { n });
  return t('lineage.parametersActive', { n, active: amount(activeParameters) });
}

/** Under which licences it is, and what it was made from. */
export function licence({ licence, base, baseLicence }: Lineage): string {
  return t('lineage.licence', { licence, base, baseLicence });
}

/** Why the model that is advised is the one to take, or why none is. */
export function whyBest({ advice, candidates, patienceMs }: Survey): string {
  const fit = candidates.find(({ id }) => id === advice.best)?.fit;
  if (!fit) {
    const needed = Math.min(...candidates.map(({ fit }) => fit.neededBytes));
    const free = candidates[0]?.fit.availableBytes;
    return free === undefined ? '' : t('advice.none', { needed: size(needed), free: size(free) });
  }
  if (fit.estimate === null) {
    return t(fit.verdict === 'tight' ? 'advice.tightUnmeasured' : 'advice.unmeasured');
  }
  const patience = about(patienceMs);
  if (fit.verdict === 'tight') {
    return fit.exceedsPatience ? t('advice.tight') : t('advice.tightInTime', { patience });
  }
  return fit.exceedsPatience ? t('advice.fastest', { patience }) : t('advice.best', { patience });
}

/** A model worth a look beside the best; its name is in the middle of three pieces. */
export interface RunnerUp {
  id: string;
  words: string[];
}

export function runnersUp({ advice, candidates }: Survey): RunnerUp[] {
  const of = (id: string | null, isFaster: boolean): RunnerUp[] => {
    const candidate = candidates.find((one) => one.id === id);
    if (!candidate) return [];
    const { fit } = candidate;
    const name = candidate.name;
    if (fit.estimate === null) {
      return [{ id: candidate.id, words: pieces('advice.smarter.unmeasured', { name }) }];
    }
    const time = span(fit.estimate);
    const verdict = fit.verdict === 'too_big' ? 'slow' : fit.verdict;
    const smarter =
      fit.exceedsPatience && verdict !== 'slow' ? (`${verdict}Late` as const) : verdict;
    const key = isFaster ? 'advice.faster' : (`advice.smarter.${smarter}` as const);
    return [{ id: candidate.id, words: pieces(key, { name, time }) }];
  };
  return [...of(advice.faster, true), ...of(advice.smarter, false)];
}
