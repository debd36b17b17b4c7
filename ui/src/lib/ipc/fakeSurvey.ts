// Surveys for the scripted backend: a potato, a machine on which nothing fits, a workstation with a
// GPU. Figures are of the kind that the real one tells, and prove nothing.
import type { Candidate, Fit, FitRequest, MachineView, Survey, Verdict } from './wire';

const GIB = 1024 ** 3;

interface Member {
  id: string;
  name: string;
  short: string;
  gib: number;
  quant: string;
  score: number;
  cache: number;
}

const FAMILY: Member[] = [
  ['r1-distill-qwen-1.5b', 'Qwen 1.5B, distilled from R1', 'Qwen 1.5B distill', 1.04, 33.8, 0.03],
  ['r1-distill-qwen-7b', 'Qwen 7B, distilled from R1', 'Qwen 7B distill', 4.36, 49.1, 0.06],
  ['r1-distill-llama-8b', 'Llama 8B, distilled from R1', 'Llama 8B distill', 4.58, 49, 0.12],
  ['r1-0528-qwen3-8b', 'Qwen 3 8B, distilled from R1-0528', 'Qwen 3 8B distill', 4.68, 61.1, 0.14],
  ['r1-distill-qwen-14b', 'Qwen 14B, distilled from R1', 'Qwen 14B distill', 8.37, 59.1, 0.19],
  ['r1-distill-qwen-32b', 'Qwen 32B, distilled from R1', 'Qwen 32B distill', 18.5, 62.1, 0.25],
  ['r1-distill-llama-70b', 'Llama 70B, distilled from R1', 'Llama 70B distill', 39.6, 65.2, 0.31],
  ['r1-0528-671b', 'DeepSeek-R1-0528', 'R1-0528 671B', 202, 81, 0.07],
].map(([id, name, short, gib, score, cache]) => ({
  id: id as string,
  name: name as string,
  short: short as string,
  gib: gib as number,
  quant: gib === 202 ? 'UD-IQ2_XXS' : 'Q4_K_M',
  score: score as number,
  cache: cache as number,
}));

const MACHINES: Record<string, MachineView> = {
  potato: {
    cpu: 'Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz',
    cores: 4,
    totalBytes: 7.7 * GIB,
    availableBytes: 5.2 * GIB,
    gpus: [],
    bytesPerSecond: 21e9,
    diskFreeBytes: 48 * GIB,
  },
  nothing: {
    cpu: 'Intel(R) Atom(TM) CPU N455 @ 1.66GHz',
    cores: 1,
    totalBytes: 2 * GIB,
    availableBytes: 0.9 * GIB,
    gpus: [],
    bytesPerSecond: 3e9,
    diskFreeBytes: 3 * GIB,
  },
  workstation: {
    cpu: 'AMD Ryzen 9 7950X 16-Core Processor',
    cores: 16,
    totalBytes: 62.5 * GIB,
    availableBytes: 56 * GIB,
    gpus: [
      {
        description: 'NVIDIA GeForce RTX 4090',
        backend: 'CUDA',
        sharesMemory: false,
        totalBytes: 24 * GIB,
        freeBytes: 22.8 * GIB,
      },
    ],
    bytesPerSecond: 62e9,
    diskFreeBytes: 1500 * GIB,
  },
};

export class FakeSurvey {
  readonly #machine: MachineView;
  patienceMs = 180_000;

  constructor(scene: string) {
    this.#machine = MACHINES[scene] ?? (MACHINES['potato'] as MachineView);
  }

  survey(): Survey {
    const candidates = FAMILY.map((member) => this.#candidate(member));
    const best = candidates.filter(
      ({ fit }) =>
        fit.verdict === 'comfortable' && (fit.estimate?.answerMs ?? Infinity) <= this.patienceMs,
    );
    best.sort((one, other) => score(other) - score(one));
    const first = best[0];
    const smarter = candidates.find(
      (other) => first && score(other) > score(first) && other.fit.verdict !== 'too_big',
    );
    return {
      machine: this.#machine,
      notes: [],
      candidates,
      advice: {
        best: first?.id ?? null,
        why: first
          ? 'the smartest R1 that leaves room for your other programs and answers within 3 min: a typical answer takes about 61 s'
          : 'no R1 fits into the free memory: the smallest needs 1.30 GiB, 922 MiB are free; close other programs',
        faster: null,
        fasterWhy: '',
        smarter: smarter?.id ?? null,
        smarterWhy: 'smarter but slow: a typical answer takes about 5 min, and memory gets tight',
      },
      patienceMs: this.patienceMs,
    };
  }

  fit({ id, context, kv }: FitRequest): Fit {
    const member = FAMILY.find((one) => one.id === id) ?? (FAMILY[0] as Member);
    return this.#fit(member, context ?? 8192, kv ?? 'f16');
  }

  #candidate(member: Member): Candidate {
    const page = `https://huggingface.co/bartowski/${member.id}`;
    const quant = (name: string, factor: number) => ({
      quant: name,
      bytes: member.gib * factor * GIB,
      exact: member.gib < 100,
      parts: member.gib < 100 ? 1 : 5,
      page,
      diskShort:
        member.gib * factor * GIB > (this.#machine.diskFreeBytes ?? 0)
          ? {
              neededBytes: (member.gib * factor + 1) * GIB,
              freeBytes: this.#machine.diskFreeBytes ?? 0,
            }
          : null,
      model: null,
      holder: null,
    });
    return {
      id: member.id,
      name: member.short,
      distilled:
        (/^(?<student>.+), distilled from (?<teacher>.+)$/.exec(member.name)?.groups as
          Candidate['distilled'] | undefined) ?? null,
      lineage: {
        name: member.name,
        base: 'Qwen2.5-Math 1.5B',
        story:
          "A smaller model, trained by DeepSeek on answers of R1. It thinks in R1's manner and is not R1 itself.",
        licence: 'MIT',
        baseLicence: 'Apache-2.0',
        parameters: member.gib > 100 ? 671_026_419_200 : 1_777_088_000,
        activeParameters: member.gib > 100 ? 37_000_000_000 : 1_777_088_000,
        benchmarks: [
          { name: 'GPQA diamond', value: member.score },
          { name: 'MATH-500', value: 83.9 },
        ],
        source: 'deepseek-ai/DeepSeek-R1 README.md',
        quants: [quant('Q4_0', 0.96), quant(member.quant, 1), quant('Q8_0', 1.7)],
      },
      model: null,
      holder: null,
      quant: member.quant,
      bytes: member.gib * GIB,
      fit: this.#fit(member, 8192, 'f16'),
    };
  }

  #fit(member: Member, context: number, kv: 'f16' | 'q8_0'): Fit {
    const free = this.#machine.availableBytes;
    const weights = member.gib * GIB;
    const cache = (member.cache * GIB * context * (kv === 'f16' ? 1 : 0.53)) / 1024;
    const other = 0.15 * GIB;
    const needed = weights + cache + other;
    const verdict: Verdict =
      needed <= free * 0.9
        ? 'comfortable'
        : needed <= free
          ? 'tight'
          : member.gib > 100 && free > 40 * GIB
            ? 'slow'
            : 'too_big';
    const active = member.gib > 100 ? 12 : member.gib;
    const speed =
      (this.#machine.bytesPerSecond ?? 20e9) / GIB / active / (verdict === 'slow' ? 15 : 1.3);
    return {
      verdict,
      reason: `needs ${(needed / GIB).toFixed(2)} GiB of the ${(free / GIB).toFixed(2)} GiB of memory that are free`,
      notes: [],
      context,
      contextTrained: 131_072,
      kv,
      layers: 28,
      gpuLayers: 0,
      shares: [
        {
          device: 'Memory',
          weightsBytes: weights,
          cacheBytes: cache,
          otherBytes: other,
          availableBytes: free,
          layers: 28,
        },
      ],
      neededBytes: needed,
      availableBytes: free,
      estimate:
        verdict === 'too_big'
          ? null
          : {
              decodePerSecond: speed,
              promptPerSecond: speed * 4,
              answerMs: (1000 / speed) * 1000,
              promptTokens: 100,
              thinkingTokens: 700,
              answerTokens: 300,
              replies: 0,
            },
    };
  }
}

function score(candidate: Candidate): number {
  return candidate.lineage?.benchmarks[0]?.value ?? 0;
}
