// Encodings by the script that they are for, and by their names.
import { ENCODINGS } from '../ipc/wire';
import { t } from './language.svelte';

type Encoding = (typeof ENCODINGS)[number];
type Script =
  | 'arabic'
  | 'baltic'
  | 'central'
  | 'cyrillic'
  | 'greek'
  | 'hebrew'
  | 'japanese'
  | 'korean'
  | 'simplified'
  | 'thai'
  | 'traditional'
  | 'turkish'
  | 'unicode'
  | 'vietnamese'
  | 'western';

const SCRIPTS: Record<Encoding, Script> = {
  'UTF-8': 'unicode',
  'UTF-16LE': 'unicode',
  'UTF-16BE': 'unicode',
  'UTF-32LE': 'unicode',
  'UTF-32BE': 'unicode',
  'windows-1252': 'western',
  'ISO-8859-15': 'western',
  macintosh: 'western',
  'windows-1250': 'central',
  'ISO-8859-2': 'central',
  'windows-1257': 'baltic',
  'windows-1254': 'turkish',
  'windows-1253': 'greek',
  'ISO-8859-7': 'greek',
  'windows-1251': 'cyrillic',
  'KOI8-R': 'cyrillic',
  'KOI8-U': 'cyrillic',
  IBM866: 'cyrillic',
  'ISO-8859-5': 'cyrillic',
  'x-mac-cyrillic': 'cyrillic',
  'windows-1255': 'hebrew',
  'windows-1256': 'arabic',
  'windows-1258': 'vietnamese',
  'windows-874': 'thai',
  gb18030: 'simplified',
  Big5: 'traditional',
  Shift_JIS: 'japanese',
  'EUC-JP': 'japanese',
  'ISO-2022-JP': 'japanese',
  'EUC-KR': 'korean',
};

/** "Cyrillic (windows-1251)"; by its name alone where it is a rare one. */
export function lettersNamed(name: string): string {
  const script = (SCRIPTS as Partial<Record<string, Script>>)[name];
  return script ? t('letters.named', { script: t(`letters.script.${script}`), name }) : name;
}

export { ENCODINGS };
