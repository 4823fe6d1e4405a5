import type { TargetCapacity } from '../target.ts'

/** A shell's program that prints what one machine has, by Linux's or BSD's means. */
export const capacityProgram = `cpus=$(getconf _NPROCESSORS_ONLN 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null)
echo "cpus $cpus"
if [ -r /proc/meminfo ]; then
  while read -r name size rest; do
    case $name in MemTotal:) echo "memory $((size * 1024))" ;; esac
  done </proc/meminfo
else echo "memory $(sysctl -n hw.memsize 2>/dev/null)"; fi
gpus=0
if command -v nvidia-smi >/dev/null; then gpus=$(nvidia-smi -L 2>/dev/null | grep -c '^GPU '); fi
echo "gpus $gpus"
`

/** As `24.0 GiB`. */
export function formatGib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`
}

/** Reads what `capacityProgram` prints. */
export function parseHostCapacity(text: string): TargetCapacity {
  const read = (name: string): number | undefined => {
    const found = new RegExp(String.raw`^${name} (\d+)$`, 'm').exec(text)
    return found === null ? undefined : Number(found[1])
  }
  const cpus = read('cpus')
  const memoryBytes = read('memory')
  return {
    ...(cpus === undefined ? {} : { cpus }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    gpus: read('gpus') ?? 0,
  }
}
