/**
 * What Slack takes, in UTF-16 units of **escaped** text. Sizes of blocks:
 * https://docs.slack.dev/reference/block-kit/blocks; of text objects:
 * https://docs.slack.dev/reference/block-kit/composition-objects/text-object
 */
export const limits = {
  /** Blocks of one message. */
  blocks: 50,
  header: 150,
  /** One text object, in a section or a context. */
  text: 3_000,
  field: 2_000,
  fieldsPerSection: 10,
  /** All texts of all blocks. Undocumented; messages beyond some 13,200 are refused as `msg_blocks_too_long`. */
  total: 13_000,
  /** The one line of a push notification: our own choice, Slack would take 40,000. */
  summary: 300,
  /** A message without blocks: our own choice, well below the 40,000 at which Slack cuts without a word. */
  plain: 12_000,
  /** A longer message would push what went wrong off a phone's screen, or behind "Show more": our own choice. */
  onTop: 600,
  linesOnTop: 10,
} as const;
