import { isRecord } from '../protocol/json.ts'
import type { JupyterServer } from './jupyter-server.ts'
import { notJupyter } from './server-errors.ts'

/** A kernel that a server can start. */
export interface ServerSpec {
  /** What the server knows it by. */
  readonly name: string
  /** For people. */
  readonly displayName: string
  /** In lower case, as `python`. */
  readonly language: string
}

export interface ServerSpecs {
  readonly specs: readonly ServerSpec[]
  /** Name of the server's own choice. */
  readonly defaultName: string
}

/** @throws INVALID_STATE for what is no Jupyter Server, TEMPORARILY_UNAVAILABLE */
export async function listServerSpecs(server: JupyterServer): Promise<ServerSpecs> {
  const answer = await server.ask('GET', 'api/kernelspecs')
  const known = isRecord(answer) ? answer['kernelspecs'] : undefined
  if (!isRecord(answer) || !isRecord(known)) throw notJupyter(server.name, 'lists no kernels')
  const specs = Object.entries(known).map(([name, value]): ServerSpec => {
    const spec = isRecord(value) && isRecord(value['spec']) ? value['spec'] : {}
    const { display_name: displayName, language } = spec
    return {
      name,
      displayName: typeof displayName === 'string' ? displayName : name,
      language: typeof language === 'string' ? language.toLowerCase() : '',
    }
  })
  return { specs, defaultName: String(answer['default'] ?? '') }
}

/** The server's first choice for Python, undefined where it has none. */
export function findPythonSpec({ specs, defaultName }: ServerSpecs): ServerSpec | undefined {
  const pythons = specs.filter(({ language }) => language === 'python')
  return pythons.find(({ name }) => name === defaultName) ?? pythons[0]
}
