/** A source, a way to encode it, and a task, each ordinary; tests say in what theirs differs. */

import type { Facts } from '../../../origin-response/facts.ts'
import type { Task } from '../../../origin-response/plan.ts'
import type { Settings } from '../../../origin-response/settings.ts'

export const factsWith = (facts: Partial<Facts> = {}): Facts => ({
  format: 'jpg',
  width: 1_200,
  height: 800,
  frames: 1,
  hasMorePages: false,
  isPalette: false,
  hasAlpha: false,
  isProgressive: false,
  scans: 1,
  isTurned: false,
  orientation: 1,
  hasDeepProfile: false,
  pixelBytes: 3,
  ...facts,
})

export const settingsWith = (settings: Partial<Settings> = {}): Settings => ({
  format: 'webp',
  width: 600,
  height: 400,
  cut: null,
  quality: 80,
  effort: 0,
  frames: 1,
  isPalette: false,
  colours: 256,
  hasDeepProfile: false,
  isLossless: false,
  ...settings,
})

export const RULE: Task['rule'] = {
  formats: [],
  requestable: ['webp', 'jpg', 'png', 'avif'],
  widths: [100, 200, 400, 800],
  ratios: [1, 1.5],
  hasParts: true,
  qualities: [50, 65, 80, 90],
  quality: 80,
}

/** Time and memory for anything. */
export const taskWith = (task: Partial<Task> = {}): Task => ({
  variant: {},
  rule: RULE,
  limit: { maxInputBytes: 25_000_000, maxInputPixels: 1_000_000_000, budget: 700 },
  memory: 1_000_000,
  time: 1_000_000,
  pace: 1,
  ...task,
})
