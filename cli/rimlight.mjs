#!/usr/bin/env node
// The front door; plain JavaScript, so that any Node can say what is missing.
if (Number.parseInt(process.versions.node, 10) < 24) {
  const found = process.versions.node
  const message = `rimlight needs Node 24, found ${found}. The package node@24 brings one, for this alone: npx --package node@24 --package rimlight rimlight init; in a project, npm install --save-dev node@24, and npx rimlight runs on it.`
  const error = { code: 'node-version', message, expected: 'Node 24', found }
  if (process.argv.includes('--json')) console.log(JSON.stringify({ error }))
  console.error(message)
  process.exitCode = 2
} else {
  const { runAsProcess } = await import('./verbs.ts')
  await runAsProcess()
}
