import type { MeasuredModel } from '../measure-models.ts'
import { openModel, type OpenContext, type OpenModel } from '../model-test/pair.ts'

/** A model in a process of its own, which is opened anew when that process is gone. */
export interface RenewedModel extends AsyncDisposable {
  /** @throws as `openModel` */
  get(): Promise<OpenModel>
  /** Whether its process answers. */
  isThere(): Promise<boolean>
}

/**
 * The original is asked again and again in a search, which may take hours: a lack of memory elsewhere on the machine can
 * end its process meanwhile, and that must not be the end of all candidates behind.
 */
export function createRenewedModel(model: MeasuredModel, context: OpenContext): RenewedModel {
  let opened: OpenModel | undefined
  const close = async () => {
    const closing = opened
    opened = undefined
    await closing?.[Symbol.asyncDispose]()
  }
  const isThere = async () =>
    await (opened?.host.measureMemory() ?? Promise.reject(new Error('It is not open.'))).then(
      () => true,
      () => false,
    )
  return {
    async get() {
      if (!(await isThere())) await close()
      return (opened ??= await openModel(model, context))
    },
    isThere,
    [Symbol.asyncDispose]: close,
  }
}
