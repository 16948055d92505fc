/** `rimlight init`: the files that a project begins with. */
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { type InputError, notWritable, systemMessage, unexpectedInput } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import { makeFolder } from '../base/make-folder.ts'
import { optional } from '../base/optional-package.ts'
import { replaceFile } from '../base/replace-file.ts'
import { ROOT } from '../base/root.ts'
import { checkConfig, loadConfig } from '../build/config.ts'
import { ConfigError } from '../build/error.ts'
import type { Settings } from '../bundle/settings.ts'
import type { Dependencies } from '../deploy/attach/aws-clients.ts'
import { DISTRIBUTION_PACKAGES } from '../deploy/aws/packages.ts'
import type { Config } from '../edge/config.ts'
import { answersOf } from './init/answers.ts'
import { type FileChange, type FoundFile, ignoreFile, packageFile, wholeFile } from './init/changes.ts'
import { type Comments, configText } from './init/config-text.ts'
import { CONFIG_FILE, EVENT_FILE, firstEvent, firstTest, IGNORED, TEST_FILE } from './init/project-files.ts'
import { type PackageManager, report } from './init/report.ts'
import { sourceText } from './init/source-file.ts'
import { starterConfig } from './init/starter.ts'
import { type AskText, askTextAtTerminal } from './kit/ask.ts'
import { type CommandContext, defineCommand, type Main } from './kit/command.ts'
import type { OptionRows, Values } from './kit/options.ts'
import { painter } from './kit/output.ts'

const OPTIONS = {
  domain: {
    type: 'string',
    value: 'NAME',
    about: 'a host name that viewers use: cdn.example.com; the first is where redirects go',
    multiple: true,
  },
  bucket: { type: 'string', value: 'NAME', about: 'the S3 bucket that holds the files' },
  region: { type: 'string', value: 'REGION', about: 'where the bucket is: us-east-1' },
  images: {
    type: 'string',
    value: 'FORMATS',
    about:
      'what images are converted to: avif,webp (AVIF for whoever takes it, else WebP), webp, or none, with which they are not resized either; default: avif,webp',
  },
  api: { type: 'string', value: 'HOST[/PATH]', about: 'an API that /api/* leads to; default: none' },
  'from-distribution': {
    type: 'string',
    value: 'ID',
    about: 'make the config of a distribution that exists, in place of answers',
  },
  'from-terraform': {
    type: 'string',
    value: 'FILE',
    about:
      'the same, read from what `terraform show -json` or `terraform state pull` prints, of OpenTofu too, in place of AWS; --from-distribution says which, of several',
  },
  'from-cloudformation': {
    type: 'string',
    value: 'FILE',
    about:
      'the same, read from a template of CloudFormation (YAML or JSON) in place of AWS; --from-distribution says which, of several',
  },
  dir: { type: 'string', value: 'DIR', about: "the project's folder", default: '.' },
  yes: { type: 'boolean', about: 'ask nothing: examples stand for what no option says' },
  'dry-run': { type: 'boolean', about: 'say what would be written, and write nothing' },
  json: {
    type: 'boolean',
    about: 'print one JSON document: { folder, isDryRun, files: [{ file, change, note }], notes }',
  },
} as const satisfies OptionRows

export type InitDependencies = {
  /** Null: there is nobody to ask. */
  ask: AskText | null
  /** For `--from-distribution`; loaded where it is asked for. */
  aws(): Promise<Dependencies>
}

export const initCommand = (dependencies: InitDependencies): Main =>
  defineCommand({
    name: 'rimlight init',
    usage: '[--domain NAME --bucket NAME --region REGION | --from-distribution ID] [--images FORMATS] [--api HOST] …',
    about: `Writes what a project begins with: ${CONFIG_FILE}, scripts in package.json, a first event and a first test, and
.gitignore. On a terminal it asks for what no option says. It makes files that are missing, adds to package.json and
.gitignore what is missing there, and leaves alone whatever else there is: run again, it changes nothing.

With --from-distribution it reads a distribution at AWS and writes the config that comes nearest to it; what a config
can't say, or says otherwise, stands there as comments. With --from-terraform or --from-cloudformation it reads a file
(UTF-8, or UTF-16 as PowerShell writes). It changes nothing at AWS, and takes permission for
sts:GetCallerIdentity and, of cloudfront, GetDistribution, GetCachePolicy, GetOriginRequestPolicy,
GetResponseHeadersPolicy, GetKeyGroup and GetPublicKey.`,
    options: OPTIONS,
    examples: [
      'rimlight init',
      'rimlight init --domain cdn.example.com --bucket example-photos --region us-east-1',
      'rimlight init --yes --images webp --api api.example.com/prod',
      'rimlight init --from-distribution EDFDVBD6EXAMPLE --dry-run',
      'terraform show -json > state.json && rimlight init --from-terraform state.json',
      'rimlight init --from-cloudformation template.yaml',
    ],
    exitCode: '0 written, or left alone what differs; 1 not written; 2 wrong usage or input',
    async run(values, context) {
      const { 'dry-run': isDryRun, json: isJson, dir } = values
      const folder = resolve(dir)
      const read = (file: string) => found(join(folder, file))
      const before = await read(CONFIG_FILE)
      const written = await writtenConfig(values, before, dependencies, context)
      const config =
        written === null
          ? unchangedConfig(before)
          : wholeFile(CONFIG_FILE, configText(written.config, written.comments), before)
      // Event and test are of the config that will be there.
      const site = config.change === 'created' && written ? written.config : await loaded(join(folder, CONFIG_FILE))
      const files = [config, ...(await projectChanges(site, folder, read))]
      if (!isDryRun) await write(folder, files)
      const notes = [
        ...(written?.notes ?? []),
        ...(site === null
          ? [`${CONFIG_FILE} can't be read: \`rimlight build --check\` says why. Neither event nor test was written`]
          : []),
      ]
      const rows = files.map(({ content: _, ...row }) => row)
      context.stdout.write(
        isJson
          ? `${JSON.stringify({ folder: dir, isDryRun, files: rows, notes })}\n`
          : report(rows, notes, isDryRun, await packageManagerOf(folder), painter(context.stdout)),
      )
      return 0
    },
  })

export const main = initCommand({
  get ask() {
    return askTextAtTerminal()
  },
  aws: () =>
    optional('rimlight init --from-distribution', DISTRIBUTION_PACKAGES, async () => {
      const { realDependencies } = await import('../deploy/attach/aws-clients.ts')
      return realDependencies
    }),
})

type WrittenConfig = { config: Config; comments: Comments; notes: readonly string[] }

/** Null where a config is there and no option says anything of one: then nobody is asked. */
async function writtenConfig(
  values: Values<typeof OPTIONS>,
  before: FoundFile,
  { ask, aws }: InitDependencies,
  context: CommandContext,
): Promise<WrittenConfig | null> {
  const {
    domain,
    bucket,
    region,
    images,
    api,
    yes,
    'from-distribution': distribution,
    'from-terraform': state,
    'from-cloudformation': template,
  } = values
  const given = { domains: domain.length > 0 ? domain.join() : undefined, bucket, region, formats: images, api }
  const said = Object.values(given).some((text) => text !== undefined)
  if (distribution !== undefined || state !== undefined || template !== undefined) {
    if (said || (state !== undefined && template !== undefined)) throw conflict(context.hint)
    const { importDistribution, importedConfig } = await import('./init/distribution/import.ts')
    if (template !== undefined) return checked(await importTemplate(template, distribution))
    if (state === undefined) return checked(await importDistribution(await aws(), context, distribution))
    const { distributionInTerraform } = await import('./init/distribution/terraform.ts')
    const document = parseJson(await sourceText(state, '--from-terraform'), state)
    return checked(importedConfig(distributionInTerraform(document, state, distribution)))
  }
  const isThere = 'unreadable' in before || before.text !== null
  if (isThere && !said) return null
  const say = (text: string) => context.stderr.write(text)
  const answers = await answersOf(given, { ask, takesExamples: yes, say, hint: context.hint })
  const { config, comments } = starterConfig(answers)
  return { config, comments, notes: [] }
}

async function importTemplate(file: string, id: string | undefined): Promise<WrittenConfig> {
  const { parseTemplate } = await import('./init/distribution/template-text.ts')
  const { importedTemplate } = await import('./init/distribution/cloudformation.ts')
  return importedTemplate(parseTemplate(await sourceText(file, '--from-cloudformation'), file), file, id)
}

function conflict(hint: string): InputError {
  const expected =
    'one of --from-distribution, --from-terraform and --from-cloudformation alone, which say where everything is'
  const found = 'options for another config beside it'
  return unexpectedInput({ code: 'option-conflict', expected, found, remedy: hint })
}

/** What the build would refuse is said here already, and in the file. */
function checked(written: WrittenConfig): WrittenConfig {
  try {
    checkConfig(written.config, CONFIG_FILE)
    return written
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const refused = error.problems.map(({ path, expected, found }) => `${path}: expected ${expected}; found ${found}`)
    const title = '`rimlight build` refuses this until it is put right:'
    const comments = { ...written.comments, '': [...(written.comments[''] ?? []), title, ...refused] }
    return { ...written, comments, notes: [...written.notes, ...refused.map((text) => `to be put right: ${text}`)] }
  }
}

const unchangedConfig = (before: FoundFile): FileChange => ({
  file: CONFIG_FILE,
  change: 'left-alone',
  note: 'unreadable' in before ? before.unreadable : 'it is there, and stays as it is',
  content: null,
})

async function loaded(file: string): Promise<Settings | null> {
  try {
    return await loadConfig(file)
  } catch (error) {
    if (error instanceof ConfigError) return null
    throw error
  }
}

async function projectChanges(
  site: Config | Settings | null,
  folder: string,
  read: (file: string) => Promise<FoundFile>,
): Promise<FileChange[]> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const name =
    basename(folder)
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/^[._-]+/, '') || 'site'
  // Of settings, which have defaults, these read what a config has as well.
  const config = site as Config | null
  const test = config && firstTest(config)
  return [
    packageFile('package.json', { name, version }, await read('package.json')),
    ...(config ? [wholeFile(EVENT_FILE, firstEvent(config), await read(EVENT_FILE))] : []),
    ...(test ? [wholeFile(TEST_FILE, test, await read(TEST_FILE))] : []),
    ignoreFile('.gitignore', IGNORED, await read('.gitignore')),
  ]
}

/** By the lock file that each writes. */
const PACKAGE_MANAGERS = { 'pnpm-lock.yaml': 'pnpm', 'yarn.lock': 'yarn', 'bun.lock': 'bun' } as const

/** Of the project; of an empty folder, the one that runs this command, as `pnpm dlx` does, and which says so in its user agent. */
async function packageManagerOf(folder: string): Promise<PackageManager> {
  const names = await readdir(folder).catch((): string[] => [])
  const [, manager] = Object.entries(PACKAGE_MANAGERS).find(([file]) => names.includes(file)) ?? []
  if (manager !== undefined || names.includes('package-lock.json')) return manager ?? 'npm'
  const [running] = (process.env.npm_config_user_agent ?? '').split('/')
  return Object.values(PACKAGE_MANAGERS).find((name) => name === running) ?? 'npm'
}

const found = async (path: string): Promise<FoundFile> => {
  try {
    return { text: await readFile(path, 'utf8') }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? { text: null } : { unreadable: systemMessage(error) }
  }
}

/** One after the other, each whole or not at all. Interrupted, the next run makes the rest. */
async function write(folder: string, files: readonly FileChange[]): Promise<void> {
  for (const { file, content } of files) {
    if (content === null) continue
    const path = join(folder, file)
    try {
      await makeFolder(dirname(path))
      await replaceFile(path, content)
    } catch (cause) {
      throw notWritable(
        `${file} can't be written: ${systemMessage(cause)}. Run it again: it goes on where it stopped.`,
        cause,
      )
    }
  }
}
