/** The picture of the rooms in `docs/architecture.md`: drawn from the imports as they are, so that it can't go stale. */
import { instance } from '@viz-js/viz'
import { roomOf, roomsOf } from '../checks/imports.ts'

/** What a room is for, in a few words, and where its code runs. */
type Room = { about: string; runs: 'CloudFront' | 'workerd' | 'Node' | 'anywhere' | 'browser' }

/** Rooms of rooms, such as `deploy/attach`, are drawn as one. */
export const ROOMS: Readonly<Record<string, Room>> = {
  'viewer-request': { about: 'CloudFront Function', runs: 'CloudFront' },
  'origin-request': { about: 'Lambda@Edge', runs: 'CloudFront' },
  'origin-response': { about: 'Lambda@Edge, images', runs: 'CloudFront' },
  edge: { about: 'the rules, and quotas', runs: 'anywhere' },
  urls: { about: 'for applications', runs: 'anywhere' },
  sign: { about: 'URLs, cookies, tokens', runs: 'Node' },
  session: { about: 'tokens → cookies', runs: 'Node' },
  migrate: { about: 'URLs of other services', runs: 'anywhere' },
  msw: { about: 'the site in tests', runs: 'Node' },
  bundle: { about: 'the shape of dist/', runs: 'anywhere' },
  base: { about: 'errors, JSON, files', runs: 'anywhere' },
  'cli/kit': { about: 'options, help, output', runs: 'Node' },
  cli: { about: 'the verbs', runs: 'Node' },
  build: { about: 'config → dist/', runs: 'Node' },
  deploy: { about: 'dist/ → AWS', runs: 'Node' },
  logs: { about: 'what logs tell', runs: 'Node' },
  tenants: { about: 'one bundle, many distributions', runs: 'Node' },
  'local/cloudfront': { about: 'CloudFront here: the library', runs: 'Node' },
  'local/start': { about: 'rimlight start', runs: 'Node' },
  'local/replay': { about: 'rimlight replay', runs: 'Node' },
  'local/console': { about: 'what the page asks', runs: 'Node' },
  'local/listeners': { about: 'viewers, S3, TLS, log', runs: 'Node' },
  'local/host': { about: 'runtime, functions, origins', runs: 'Node' },
  'local/workers/distribution': { about: 'cache and behaviours', runs: 'workerd' },
  'local/workers/s3': { about: 'buckets', runs: 'workerd' },
  'local/platform': { about: "CloudFront's rules", runs: 'anywhere' },
  'local/protocol': { about: 'Worker ↔ Node', runs: 'anywhere' },
  'local/page': { about: 'the page', runs: 'browser' },
}

/** What a room takes as files, without importing it: to bundle it, or to send it to a browser. */
const READ_BY_PATH: readonly [from: string, to: string][] = [
  ['build', 'viewer-request'],
  ['build', 'origin-request'],
  ['build', 'origin-response'],
  ['local/host', 'local/workers/distribution'],
  ['local/host', 'local/workers/s3'],
  ['local/console', 'local/page'],
]

/** The room of the picture that a file is in; `undefined` for tests, and for what lies at the top. */
export const drawnRoomOf = (file: string): string | undefined => drawnRoom(roomOf(file))

/** The room itself, or the next above it that is drawn. */
function drawnRoom(room: string): string | undefined {
  const parts = room.split('/')
  const names = parts.map((_, index) => parts.slice(0, parts.length - index).join('/'))
  return names.find((name) => name in ROOMS)
}

/** For each room of the picture, the others that it imports from. */
export function drawnImports(files: Record<string, string>): Map<string, Set<string>> {
  const found = new Map(Object.keys(ROOMS).map((room) => [room, new Set<string>()]))
  for (const [from, others] of roomsOf(files).rooms) {
    const room = drawnRoom(from)
    for (const to of room === undefined ? [] : [...others].map(drawnRoom)) {
      if (to !== undefined && to !== room) found.get(room as string)?.add(to)
    }
  }
  return found
}

/** Leaves out an import that a longer way makes as well: `cli` → `base`, where `cli` → `build` → `base`. */
export function withoutShortcuts(imports: Map<string, Set<string>>): [from: string, to: string][] {
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (seen.has(from)) return false
    seen.add(from)
    return [...(imports.get(from) ?? [])].some((next) => next === to || reaches(next, to, seen))
  }
  return [...imports].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => ![...targets].some((other) => other !== to && reaches(other, to)))
      .toSorted()
      .map((to): [string, string] => [from, to]),
  )
}

/** `local/cloudfront` is a file. */
const labelOf = (room: string): string => (room === 'local/cloudfront' ? `${room}.ts` : `${room}/`)

/** Graphviz's language. Colours are classes: the style sheet below has a light and a dark one for each. */
function dotOf(edges: readonly [string, string][]): string {
  const nodes = Object.entries(ROOMS).map(
    ([name, { about, runs }]) => `"${name}" [class="${runs}", label="${labelOf(name)}\\n${about}"]`,
  )
  return `digraph rooms {
  rankdir=TB; nodesep=0.25; ranksep=0.55
  node [shape=box, style="rounded,filled", fontname="Helvetica,Arial,sans-serif", fontsize=11, margin="0.24,0.09"]
  edge [arrowsize=0.6]
  ${nodes.join('\n  ')}
  ${edges.map(([from, to]) => `"${from}" -> "${to}"`).join('\n  ')}
  ${READ_BY_PATH.map(([from, to]) => `"${from}" -> "${to}" [style=dashed]`).join('\n  ')}
}`
}

const STYLE = `<style>
  .node text:first-of-type { font-weight: 600 }
  text { fill: #1b1f24 } .node path, .node polygon { stroke: #57606a; fill: #f6f8fa }
  .CloudFront path { fill: #ffe3c2 } .workerd path { fill: #d4e8ff } .anywhere path { fill: #dff3e0 } .browser path { fill: #efe2ff }
  .edge path { stroke: #57606a } .edge polygon { fill: #57606a; stroke: #57606a }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .node path, .node polygon { stroke: #8b949e; fill: #21262d }
    .CloudFront path { fill: #5a3a12 } .workerd path { fill: #123a63 } .anywhere path { fill: #1d4023 } .browser path { fill: #42275e }
    .edge path { stroke: #8b949e } .edge polygon { fill: #8b949e; stroke: #8b949e }
  }
</style>`

/** The same text for the same imports, on any machine. */
export async function picture(files: Record<string, string>): Promise<string> {
  const viz = await instance()
  const svg = viz.renderString(dotOf(withoutShortcuts(drawnImports(files))), { format: 'svg' })
  const body = svg
    .slice(svg.indexOf('<svg'))
    // The style sheet decides about colours, not attributes.
    .replaceAll(/ (?:fill|stroke)="(?!none)[^"]*"/g, '')
    // The background: what is behind the picture may be light or dark.
    .replace(/<polygon stroke="none" points="[^"]*"\/>\n/, '')
    .replace(
      />/,
      `>\n<title>Which room imports which; an arrow that a longer way makes as well is left out; dashed: read as files</title>\n${STYLE}`,
    )
  return body.endsWith('\n') ? body : `${body}\n`
}
