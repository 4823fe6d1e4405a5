/** What starts a training on several GPUs, one process for each. */
export const launcherNames = ['torchrun', 'accelerate', 'deepspeed', 'lightning'] as const
export type LauncherName = (typeof launcherNames)[number]

/** Of the numbers that a training computes with. */
export const precisionNames = ['fp16', 'bf16', 'fp32'] as const
export type PrecisionName = (typeof precisionNames)[number]

export function parseLauncher(text: string): LauncherName | undefined {
  return launcherNames.find((name) => name === text)
}

export function parsePrecision(text: string): PrecisionName | undefined {
  return precisionNames.find((name) => name === text)
}
