#!/usr/bin/env node
// The front door; plain JavaScript, so that any Node can say what is missing.
if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(
    `rimlight needs Node 24, found ${process.versions.node}. The package node@24 brings one, for this alone: npx --package node@24 --package rimlight rimlight init; in a project, npm install --save-dev node@24, and npx rimlight runs on it.`,
  )
  process.exit(2)
}
const { runAsProcess } = await import('./verbs.ts')
await runAsProcess()
