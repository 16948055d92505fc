// The front door of the build; plain JavaScript, so that any Node can say what is missing.
if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(
    `The build needs Node 24, found ${process.versions.node}. Run it as npm run build: npm ci brings a Node 24.`,
  )
  process.exit(2)
}
const { main } = await import('./build/command.ts')
process.exitCode = await main(process.argv.slice(2), process.stdout, process.stderr)
