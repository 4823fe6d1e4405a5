import type { DataHash, Sha256 } from './hash.ts'
import type { RemoteOptions } from './remote.ts'

/** What is to be moved between cache and remotes. */
export interface TransferChoice {
  /** Files and folders from the root, or their `.dvc` files; undefined for all of the work tree. */
  readonly paths: readonly string[] | undefined
  /** Name of the remote; undefined for the default one. What a `.dvc` file says of its own out goes before it. */
  readonly remote: string | undefined
  /** Further versions, as those of other branches; they go to the remote named, or the default one. */
  readonly others?: { readonly data: readonly DataHash[]; readonly manifests: readonly Sha256[] }
  readonly env: RemoteOptions['env']
}
