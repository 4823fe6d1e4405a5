/** What a target has to build environments with. */
export interface TargetTools {
  /** Kind and architecture of the machine, as `Linux x86_64`. */
  readonly platform: string
  /** The interpreter: `cpython-311 3.11.7 linux-x86_64 /usr`; undefined where there is none. */
  readonly python: string | undefined
  /** `python -m venv` works; Debian keeps it in a package of its own. */
  readonly hasVenv: boolean
  readonly uv: string | undefined
  /** `mamba`, `conda` or `micromamba`. */
  readonly conda: string | undefined
  /** As `v24.1.0 linux x64`. */
  readonly node: string | undefined
  readonly npm: string | undefined
}

const pythonProgram = [
  'import sys, sysconfig',
  'print(sys.implementation.cache_tag, "%d.%d.%d" % sys.version_info[:3], sysconfig.get_platform(), sys.base_prefix)',
].join('; ')

/** Prints a line for each tool, and takes less than a second. */
export const toolsScript = `has() { command -v "$1" >/dev/null 2>&1; }
echo "platform $(uname -s) $(uname -m)"
python=python3
has python3 || python=python
if has "$python"; then
  echo "python $("$python" -c '${pythonProgram}')"
  "$python" -c 'import ensurepip, venv' 2>/dev/null && echo "venv yes"
fi
if has uv; then echo "uv $(uv --version)"; fi
for each in mamba conda micromamba; do
  if has "$each"; then echo "conda $each"; break; fi
done
if has node; then echo "node $(node -p '[process.version, process.platform, process.arch].join(" ")')"; fi
if has npm; then echo "npm $(npm --version)"; fi
:
`

/** Reads what `toolsScript` has printed; what else a login shell says is skipped. */
export function parseTools(output: string): TargetTools {
  const find = (name: string): string | undefined => {
    const line = output.split('\n').find((each) => each.startsWith(`${name} `))
    const value = line?.slice(name.length + 1).trim()
    return value === '' ? undefined : value
  }
  return {
    platform: find('platform') ?? '',
    python: find('python'),
    hasVenv: find('venv') === 'yes',
    uv: find('uv'),
    conda: find('conda'),
    node: find('node'),
    npm: find('npm'),
  }
}
