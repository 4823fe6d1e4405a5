/** What is used of isomorphic-git: a bundle of its own, since it is large and hardly anybody needs it. */
export { Errors, expandOid, isIgnored, listFiles, readBlob, readCommit, readTree, resolveRef } from 'isomorphic-git'
