/** Uploads the newest of texts that come faster than they can be uploaded. */
export interface ReportUpload {
  /** Text that comes while another one is under way replaces what waits behind that. */
  show(text: string): void
  /** Resolves when nothing is under way. What could not be uploaded is not told: there will be a newer one. */
  settle(): Promise<void>
}

export function createReportUpload(upload: (bytes: Uint8Array) => Promise<void>): ReportUpload {
  let waiting: string | undefined
  let working: Promise<void> | undefined

  async function work(): Promise<void> {
    while (waiting !== undefined) {
      const bytes = new TextEncoder().encode(waiting)
      waiting = undefined
      await upload(bytes).catch(() => {})
    }
    working = undefined
  }

  return {
    show(text) {
      waiting = text
      working ??= work()
    },
    settle: async () => working,
  }
}
