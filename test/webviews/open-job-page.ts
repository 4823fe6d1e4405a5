import type { Client } from '../../src/protocol/client.ts'
import type { FromJobPage, JobPageAction, ToJobPage } from '../../src/protocol/job-page-messages.ts'
import type { JobId } from '../../src/protocol/jobs.ts'
import type { PageRequest } from '../../src/protocol/webview-messages.ts'
import { openPage, type OpenPage, type PageLook } from './open-page.ts'

export interface OpenJobPage extends OpenPage {
  /** What the page asked the extension to do. */
  readonly actions: readonly JobPageAction[]
}

export interface OpenJobPageOptions extends PageLook {
  readonly client: Client
  readonly jobId: JobId
}

/** The bundled page of a job in Chromium, on a real engine, with this process in the place of the extension. */
export async function openJobPage(options: OpenJobPageOptions): Promise<OpenJobPage> {
  const { jobId, language = 'en' } = options
  const actions: JobPageAction[] = []
  const open = await openPage<ToJobPage, Exclude<FromJobPage, PageRequest>>({
    ...options,
    name: 'job',
    show: async () => ({ kind: 'show', jobId, connectionId: 'test', language }),
    told: ({ action }) => void actions.push(action),
  })
  await open.page.getByRole('heading', { level: 1 }).filter({ hasText: /\S/ }).waitFor()
  return Object.assign(open, { actions })
}
