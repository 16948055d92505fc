/** What canonical parameters are made of. A file without imports: esbuild writes such constants where they are used. */

/** What every browser shows: JPEG, or PNG where there is transparency, or GIF where something moves. */
export const COMMON_FORMAT = 'common'

/** The ladder of all ratios (`nearestRatio`): its steps from each power of two to the next, and its last ratio, to 1. */
export const RATIO_STEPS = 36
export const MOST_RATIO = 16

/** Steps that the largest number of a part (`rect`) has in the key: the grid that all its numbers are rounded to. */
export const PART_STEPS = 64

/** Pixels of a side, more than any picture has. A power of two, so that it is on every grid of parts. */
export const MOST_PIXELS = 65_536
