#!/usr/bin/env node
// The front door; plain JavaScript, so that any Node can say what is missing.
if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(
    `rimlight needs Node 24, found ${process.versions.node}. As a dev dependency, the package node@24 brings one: npx rimlight then runs on it.`,
  )
  process.exit(2)
}
const { runAsProcess } = await import('./verbs.ts')
await runAsProcess()
