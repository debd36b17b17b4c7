// Surveys for the scripted backend: a potato, a machine on which nothing fits, a desktop and a
// workstation with a GPU, one that was measured while it was busy. Figures are of the kind that the real one tells, and prove nothing.
import type { Candidate, Fit, FitRequest, MachineView, Survey, Verdict } from './wire';

const GIB = 1024 ** 3;

interface Member {
  id: string;
  name: string;
  madeAs: string;
  gib: number;
  quant: string;
  score: number;
  cache: number;
}

const FAMILY: Member[] = [
  ['r1-distill-qwen-1.5b', 'R1 Distill Qwen 1.5B', 1.04, 33.8, 0.03],
  ['r1-distill-qwen-7b', 'R1 Distill Qwen 7B', 4.36, 49.1, 0.06],
  ['r1-distill-llama-8b', 'R1 Distill Llama 8B', 4.58, 49, 0.12],
  ['r1-0528-qwen3-8b', 'R1-0528 Distill Qwen3 8B', 4.68, 61.1, 0.14],
  ['r1-distill-qwen-14b', 'R1 Distill Qwen 14B', 8.37, 59.1, 0.19],
  ['r1-distill-qwen-32b', 'R1 Distill Qwen 32B', 18.5, 62.1, 0.25],
  ['r1-distill-llama-70b', 'R1 Distill Llama 70B', 39.6, 65.2, 0.31],
  ['r1-0528-671b', 'R1-0528 671B', 202, 81, 0.07],
].map(([id, name, gib, score, cache]) => ({
  id: id as string,
  name: name as string,
  // As the makers name a member, near enough.
  madeAs: `DeepSeek-${(name as string).replaceAll(' ', '-')}`,
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
  desktop: {
    cpu: 'Intel(R) Core(TM) i5-9400F CPU @ 2.90GHz',
    cores: 6,
    totalBytes: 15.61 * GIB,
    availableBytes: 11 * GIB,
    gpus: [
      {
        description: 'NVIDIA GeForce GTX 1660 Ti',
        backend: 'Vulkan',
        sharesMemory: false,
        totalBytes: 6 * GIB,
        freeBytes: 5.4 * GIB,
      },
    ],
    bytesPerSecond: 25e9,
    diskFreeBytes: 300 * GIB,
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

  readonly #isBusy: boolean;

  constructor(scene: string) {
    this.#isBusy = scene === 'busy';
    this.#machine = MACHINES[scene] ?? (MACHINES['potato'] as MachineView);
  }

  survey(): Survey {
    const candidates = FAMILY.map((member) => this.#candidate(member));
    const best = candidates.filter(
      ({ fit }) =>
        fit.verdict === 'comfortable' && (fit.estimate?.answerMs ?? Infinity) <= this.patienceMs,
    );
    const time = (candidate: Candidate): number => candidate.fit.estimate?.answerMs ?? Infinity;
    // As Rust weighs them: three points for half of the time that somebody accepts.
    const worth = (candidate: Candidate): number =>
      score(candidate) - (6 * time(candidate)) / this.patienceMs;
    best.sort((one, other) => worth(other) - worth(one));
    const first = best[0];
    const smarter = candidates.filter(
      (other) =>
        first &&
        other.fit.verdict !== 'too_big' &&
        score(other) - score(first) >= 3 * Math.max(1, Math.log2(time(other) / time(first))) &&
        time(other) <= 20 * this.patienceMs,
    );
    smarter.sort((one, other) => score(other) / time(other) - score(one) / time(one));
    const faster = candidates.find(
      (other) => first && time(other) < time(first) / 2 && time(first) > this.patienceMs / 2,
    );
    const more = smarter[0];
    return {
      machine: this.#machine,
      notes: this.#isBusy ? [{ type: 'measured_beside_others' }] : [],
      candidates,
      advice: {
        best: first?.id ?? null,
        faster: faster?.id ?? null,
        smarter: more?.id ?? null,
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
      stranger: false,
    });
    return {
      id: member.id,
      name: member.name,
      lineage: {
        madeAs: member.madeAs,
        goodFor: {
          en: 'Mathematics, puzzles and simple code; often wrong about facts.',
          'zh-Hans': '擅长数学、谜题和简单的代码；事实常常说错。',
        },
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
      stranger: false,
      quant: member.quant,
      bytes: member.gib * GIB,
      fit: this.#fit(member, 8192, 'f16'),
    };
  }

  #fit(member: Member, context: number, kv: 'f16' | 'q8_0'): Fit {
    const { availableBytes, gpus } = this.#machine;
    const gpu = gpus[0];
    const free = availableBytes + (gpu?.freeBytes ?? 0);
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
    const onGpu = gpu && verdict !== 'too_big' ? Math.min(1, (gpu.freeBytes * 0.9) / needed) : 0;
    const rate = (this.#machine.bytesPerSecond ?? 20e9) / (verdict === 'slow' ? 15 : 1.3);
    const seconds = active * GIB * ((1 - onGpu) / rate + onGpu / 240e9);
    const speed = 1 / seconds;
    const isNewer = member.id.includes('0528');
    const [least, usual, most] = isNewer ? [750, 1650, 5700] : [400, 1000, 3000];
    const answerMs = (1000 * (usual ?? 0)) / speed;
    const share = (part: number, device: string, available: number, layers: number) => ({
      device,
      weightsBytes: weights * part,
      cacheBytes: cache * part,
      otherBytes: other * part,
      availableBytes: available,
      layers,
    });
    const onCard = Math.floor(28 * onGpu);
    return {
      verdict,
      notes: [],
      context,
      contextTrained: 131_072,
      kv,
      layers: 28,
      gpuLayers: onCard,
      shares: [
        share(1 - onGpu, 'Memory', availableBytes, 28 - onCard),
        ...(gpu && onGpu > 0 ? [share(onGpu, gpu.description, gpu.freeBytes, onCard)] : []),
      ],
      neededBytes: needed,
      availableBytes: free,
      estimate:
        verdict === 'too_big'
          ? null
          : {
              decodePerSecond: speed,
              promptPerSecond: speed * 4,
              answerMs,
              leastMs: (1000 * (least ?? 0)) / speed,
              mostMs: (1000 * (most ?? 0)) / speed,
              promptTokens: 100,
              thinkingTokens: (usual ?? 0) - 300,
              answerTokens: 300,
              replies: 0,
            },
      exceedsPatience: verdict !== 'too_big' && answerMs > this.patienceMs,
    };
  }
}

function score(candidate: Candidate): number {
  return candidate.lineage?.benchmarks[0]?.value ?? 0;
}
