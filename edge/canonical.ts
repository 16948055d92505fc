/** What canonical parameters are made of. A file without imports: esbuild writes such constants where they are used. */

/** What every browser shows: JPEG, or PNG where there is transparency, or GIF where something moves. */
export const COMMON_FORMAT = 'common'

/** Of the ladder of all ratios: steps of an octave, and the last one. */
export const RATIO_STEPS = 36
export const MOST_RATIO = 16

/** In so many steps the numbers of a part are told. */
export const PART_STEPS = 64

/** Pixels of a side: more than any picture has; on every grid of parts. */
export const MOST_PIXELS = 65_536
