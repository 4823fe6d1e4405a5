import type { LauncherName, PrecisionName } from '../../protocol/launchers.ts'
import { quoteWord } from '../../ssh/quote.ts'

/** An option that a launcher is given unless the command gives it. */
export interface LauncherOption {
  /** With hyphens, as `--nproc-per-node`. */
  readonly name: string
  /** Others with which it is not needed, or not allowed. */
  readonly instead?: readonly string[]
  /** With its value. */
  readonly text: string
  /** The text is for a shell, which puts in what is known where the job runs. */
  readonly isShell?: true
}

interface Wanted {
  readonly name: LauncherName
  /** On each node; 0 for a training on CPUs. */
  readonly gpus: number
  readonly nodes: number
  readonly precision: PrecisionName | undefined
}

/**
 * @see https://docs.pytorch.org/docs/stable/elastic/run.html
 * @see https://huggingface.co/docs/accelerate/package_reference/cli
 * @see https://www.deepspeed.ai/getting-started/#launching-deepspeed-training
 */
export function optionsOf(wanted: Wanted): readonly LauncherOption[] {
  switch (wanted.name) {
    case 'torchrun':
      return torchrunOptions(wanted)
    case 'accelerate':
      return accelerateOptions(wanted)
    case 'deepspeed':
      return [{ name: '--master-port', text: '--master_port="$MASTER_PORT"', isShell: true }]
    case 'lightning':
      return []
  }
}

function torchrunOptions({ gpus, nodes }: Wanted): readonly LauncherOption[] {
  const meeting = ['--standalone', '--nnodes', '--node-rank', '--master-addr', '--master-port', '--rdzv-endpoint']
  const option = (name: string, value: string): LauncherOption => ({
    name,
    instead: meeting,
    text: `${name}=${value}`,
    isShell: true,
  })
  return [
    // It looks for a free port by itself.
    ...(nodes === 1 ? [{ name: '--standalone', instead: meeting, text: '--standalone' }] : []),
    ...(nodes === 1
      ? []
      : [
          option('--nnodes', String(nodes)),
          option('--rdzv-backend', 'c10d'),
          option('--rdzv-endpoint', '"$MASTER_ADDR:$MASTER_PORT"'),
          option('--rdzv-id', '"$SLURM_JOB_ID"'),
        ]),
    { name: '--nproc-per-node', text: `--nproc-per-node=${Math.max(1, gpus)}` },
  ]
}

function accelerateOptions({ gpus, nodes, precision }: Wanted): readonly LauncherOption[] {
  return [
    { name: '--num-processes', text: `--num_processes=${Math.max(1, gpus) * nodes}` },
    { name: '--num-machines', text: `--num_machines=${nodes}` },
    ...(precision === undefined
      ? []
      : [{ name: '--mixed-precision', text: `--mixed_precision=${precision === 'fp32' ? 'no' : precision}` }]),
    { name: '--main-process-port', text: '--main_process_port="$MASTER_PORT"', isShell: true },
    ...(nodes === 1
      ? []
      : ([
          { name: '--main-process-ip', text: '--main_process_ip="$MASTER_ADDR"', isShell: true },
          { name: '--machine-rank', text: '--machine_rank="$SLURM_PROCID"', isShell: true },
        ] as const)),
  ]
}

/**
 * Lines of a shell's program that say where processes meet: at a free port of the loopback on one machine, on several at
 * the first of them, where each job has a port by its number.
 *
 * @param python a program; where it is not there, a port is drawn
 */
export function rendezvousText(python: string, nodes: number): string {
  const free = 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
  const place =
    nodes === 1
      ? `MASTER_ADDR=127.0.0.1
MASTER_PORT=$(${quoteWord(python)} -c '${free}' 2>/dev/null) || MASTER_PORT=$((20000 + $$ % 10000))`
      : `MASTER_ADDR=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
MASTER_PORT=$((20000 + SLURM_JOB_ID % 10000))`
  return `${place}
export MASTER_ADDR MASTER_PORT
`
}

/**
 * DeepSpeed's launcher knows GPUs by their numbers only, and forgets those that a job sees as soon as it is told how many
 * to take. So it gets the numbers of the job's own GPUs to see, or how many where nothing says which.
 */
export function selectGpusText(gpus: number): string {
  const count = gpus === 0 ? '' : `[ -n "\${CUDA_VISIBLE_DEVICES-}" ] || set -- --num_gpus=${gpus} "$@"\n`
  return `case \${CUDA_VISIBLE_DEVICES-} in
  GPU-*)
    numbers=$(nvidia-smi --query-gpu=index,uuid --format=csv,noheader | while IFS=', ' read -r number uuid; do
      case ",$CUDA_VISIBLE_DEVICES," in *",$uuid,"*) printf '%s,' "$number" ;; esac
    done)
    CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=\${numbers%,}
    export CUDA_DEVICE_ORDER CUDA_VISIBLE_DEVICES
    ;;
esac
${count}`
}
