/** A Jupyter Server by its address, with the variables of what lets one in; never what they hold. */
export interface JupyterAccess {
  readonly url: string
  readonly tokenFrom?: string
  readonly passwordFrom?: string
  /** Variables by the names of headers. */
  readonly headersFrom?: Readonly<Record<string, string>>
}

/**
 * What a server without a target in `runwright.yaml` goes by in `jupyter:SERVER/KERNELSPEC`: its address, without a
 * slash that would end it.
 */
export function nameServer(url: string): string {
  return encodeURIComponent(url)
}

/** Undefined for the name of a target. */
export function findServerUrl(server: string): string | undefined {
  const url = /^https?%3A/.test(server) ? decodeURIComponent(server) : server
  return /^https?:\/\//.test(url) ? url : undefined
}
